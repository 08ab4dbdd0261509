import { setTimeout as delay } from 'node:timers/promises';
import type { DrillSystem } from '../system/system.ts';
import type { Role, Worker } from '../system/workers.ts';
import { wrongClock } from '../system/wrong-clock.ts';
import type { FaultKind, PlannedFault } from './schedule.ts';

/** What a fault did. */
export type FaultResult =
  | { kind: 'done'; what: string; kills: number; pauses: number }
  | { kind: 'skipped'; reason: string };

/** How long a supervisor takes to start a process again. */
const RESTART_MS = 300;
const PROVIDER_FAULT_MS = 2500;
const FULL_MS = 2000;
const SLOW_MS = 2500;
const CLOCK_MS = 4000;
const CLOCK_SECONDS = 60;
/** Longer than the lock of each lane: 5 s of calls, 10 s of chat, 15 s of bulk. */
const PAUSES_MS = [6000, 11_000, 16_000];

type Act = (system: DrillSystem, fault: PlannedFault) => Promise<FaultResult>;

/** Makes a fault happen, and ends it. */
export const perform = (system: DrillSystem, fault: PlannedFault): Promise<FaultResult> =>
  ACTS[fault.kind](system, fault);

const done = (what: string, { kills = 0, pauses = 0 } = {}): FaultResult => ({ kind: 'done', what, kills, pauses });

const killWorker =
  (role: Role): Act =>
  (system, { which }) =>
    withWorker(system.workers[role], which, async (worker) => {
      await worker.kill();
      await delay(RESTART_MS);
      await worker.start();
      return done(worker.name, { kills: 1 });
    });

/** Past the lock of its jobs, so that others take them over while it still believes to have them. */
const pauseWorker =
  (role: Role): Act =>
  (system, { which }) =>
    withWorker(system.workers[role], which, async (worker) => {
      const ms = PAUSES_MS[which % PAUSES_MS.length] as number;
      worker.pause();
      await delay(ms);
      worker.resume();
      return done(`${worker.name} for ${ms / 1000} s`, { pauses: 1 });
    });

async function killRedis({ redis }: DrillSystem, { which }: PlannedFault): Promise<FaultResult> {
  await redis.kill(which);
  await delay(RESTART_MS);
  await redis.start(which);
  return done(redis.size === 1 ? 'the server' : `server ${(which % redis.size) + 1} of ${redis.size}`, { kills: 1 });
}

async function fillRedis({ redis }: DrillSystem): Promise<FaultResult> {
  await redis.fill();
  await delay(FULL_MS);
  await redis.empty();
  return done(`no room for ${FULL_MS / 1000} s`);
}

async function slowDisk({ disk }: DrillSystem): Promise<FaultResult> {
  if ('missing' in disk) return { kind: 'skipped', reason: disk.missing };
  await disk.slow();
  await delay(SLOW_MS);
  await disk.heal();
  return done(`every sync takes 250 ms, for ${SLOW_MS / 1000} s`);
}

/** The process starts with the wrong clock, works for a while, and is started with the right one. */
const wrongClockOf =
  (seconds: number): Act =>
  async ({ workers }, { which }) => {
    const env = wrongClock(seconds);
    if (env === undefined) return { kind: 'skipped', reason: 'libfaketime is not installed' };
    const role = (['ingest', 'fanout', 'sender'] as const)[which % 3] as Role;
    return withWorker(workers[role], which, async (worker) => {
      await worker.stop();
      await worker.start(env);
      await delay(CLOCK_MS);
      await worker.stop();
      await worker.start();
      return done(`${worker.name} by ${seconds} s for ${CLOCK_MS / 1000} s`);
    });
  };

/** One of the two processes of a role, which no other fault works on. */
async function withWorker(
  workers: readonly Worker[],
  which: number,
  act: (worker: Worker) => Promise<FaultResult>,
): Promise<FaultResult> {
  const inTurn = workers.map((_, i) => workers[(which + i) % workers.length] as Worker);
  const worker = inTurn.find(({ isBusy }) => !isBusy);
  if (worker === undefined) return { kind: 'skipped', reason: 'both processes have another fault' };
  worker.isBusy = true;
  try {
    return await act(worker);
  } finally {
    worker.isBusy = false;
  }
}

type Service = 'fcm' | 'apns' | 'webhook';
/** As every answer takes some time, some sends are always in flight. */
export const LATENCY = { latencyMs: { min: 10, max: 40 } };

const misbehave =
  (service: Service, what: string, faults: object): Act =>
  async ({ simulator }) => {
    await simulator.call('setFaults', { service, faults: { ...LATENCY, ...faults } });
    await delay(PROVIDER_FAULT_MS);
    await simulator.call('setFaults', { service, faults: LATENCY });
    return done(`${what}, for ${PROVIDER_FAULT_MS / 1000} s`);
  };

const ACTS: Record<FaultKind, Act> = {
  'kill-ingest': killWorker('ingest'),
  'kill-fanout': killWorker('fanout'),
  'kill-sender': killWorker('sender'),
  'kill-redis': killRedis,
  'redis-full': fillRedis,
  'slow-disk': slowDisk,
  'clock-ahead': wrongClockOf(CLOCK_SECONDS),
  'clock-behind': wrongClockOf(-CLOCK_SECONDS),
  'pause-ingest': pauseWorker('ingest'),
  'pause-fanout': pauseWorker('fanout'),
  'pause-sender': pauseWorker('sender'),
  'fcm-goaway': misbehave('fcm', 'every 50th request ends its connection', { goAwayEvery: 50 }),
  'fcm-503': misbehave('fcm', '30 % 503', { errors: { '503': 0.3 } }),
  'fcm-429': misbehave('fcm', '30 % 429', { errors: { '429': 0.3 } }),
  'fcm-hang': misbehave('fcm', '5 % hang', { errors: { hang: 0.05 } }),
  'fcm-reset': misbehave('fcm', '30 % reset', { errors: { reset: 0.3 } }),
  'fcm-expired-token': async ({ simulator }) => {
    await simulator.call('expireTokens', undefined);
    return done('all access tokens expire');
  },
  'apns-goaway': misbehave('apns', 'every 50th request ends its connection', { goAwayEvery: 50 }),
  'apns-503': misbehave('apns', '30 % 503', { errors: { '503': 0.3 } }),
  'apns-429': misbehave('apns', '30 % 429', { errors: { '429': 0.3 } }),
  'apns-hang': misbehave('apns', '5 % hang', { errors: { hang: 0.05 } }),
  'apns-reset': misbehave('apns', '30 % reset', { errors: { reset: 0.3 } }),
  'webhook-503': misbehave('webhook', 'every answer 503', { errors: { '503': 1 } }),
  'webhook-429': misbehave('webhook', '30 % 429', { errors: { '429': 0.3 } }),
  'webhook-hang': misbehave('webhook', 'every request hangs', { errors: { hang: 1 } }),
  'webhook-reset': misbehave('webhook', '30 % reset', { errors: { reset: 0.3 } }),
};
