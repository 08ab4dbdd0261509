import { setTimeout as delay } from 'node:timers/promises';
import type { Role, Worker } from '../system/workers.ts';
import { wrongClock } from '../system/wrong-clock.ts';
import { type Act, type FaultResult, hitting, NO_DOUBTS, untilHit } from './result.ts';

/** How long a supervisor takes to start a process again. */
const RESTART_MS = 300;
const FULL_MS = 2000;
const SLOW_MS = 2500;
const CLOCK_MS = 4000;
/** Longer than the locks of chat, 10 s, and bulk, 15 s. Those of calls last 5 s. */
const PAUSES_MS = [11_000, 16_000];
/** Longer than a chat backend waits for an answer. Ingest has no locks. */
const INGEST_PAUSE_MS = 6000;

/** What a restarted Redis may have lost is nothing, but both senders have results to record meanwhile. */
const BOTH_SENDERS = 2;

export const killWorker =
  (role: Role): Act =>
  ({ system }, { which }) =>
    withWorker(system.workers[role], which, async (worker) => {
      await worker.kill();
      await delay(RESTART_MS);
      await worker.start();
      return { kind: 'done', what: worker.name, doubts: { kills: 1, senders: role === 'sender' ? 1 : 0 } };
    });

/** Past the lock of its jobs, so that others take them over while it still believes to have them. */
export const pauseWorker =
  (role: Role): Act =>
  ({ system }, { which }) =>
    withWorker(system.workers[role], which, async (worker) => {
      const ms = role === 'ingest' ? INGEST_PAUSE_MS : (PAUSES_MS[which % PAUSES_MS.length] as number);
      worker.pause();
      await delay(ms);
      const { isPaused } = worker;
      worker.resume();
      const what = `${worker.name} for ${ms / 1000} s`;
      if (!isPaused) return { kind: 'missed', what };
      return { kind: 'done', what, doubts: { kills: 0, senders: role === 'sender' ? 1 : 0 } };
    });

export const killRedis: Act = async ({ system: { redis } }, { which }) => {
  await redis.kill(which);
  await delay(RESTART_MS);
  await redis.start(which);
  const what = redis.size === 1 ? 'the server' : `server ${(which % redis.size) + 1} of ${redis.size}`;
  return { kind: 'done', what, doubts: { kills: 1, senders: BOTH_SENDERS } };
};

export const fillRedis: Act = async ({ system: { redis }, isOver }) => {
  const before = await redis.refused();
  await redis.fill();
  const count = await untilHit(FULL_MS, isOver, async () => (await redis.refused()) - before);
  await redis.empty();
  return hitting('no room', count, 'commands refused', { kills: 0, senders: BOTH_SENDERS });
};

export const slowDisk: Act = async ({ system: { disk }, isOver }) => {
  if ('missing' in disk) return { kind: 'skipped', reason: disk.missing };
  await disk.slow();
  const count = await untilHit(SLOW_MS, isOver, () => disk.delayed());
  await disk.heal();
  return hitting('every sync takes 250 ms', count, 'syncs delayed', { kills: 0, senders: BOTH_SENDERS });
};

/** The process starts with the wrong clock, works for a while, and is started with the right one. */
export const wrongClockOf =
  (seconds: number): Act =>
  async ({ system: { workers } }, { which }) => {
    const env = wrongClock(seconds);
    if (env === undefined) return { kind: 'skipped', reason: 'libfaketime is not installed' };
    const role = (['ingest', 'fanout', 'sender'] as const)[which % 3] as Role;
    return withWorker(workers[role], which, async (worker) => {
      await worker.stop();
      await worker.start(env);
      const offset = await worker.clockOffset();
      await delay(CLOCK_MS);
      await worker.stop();
      await worker.start();
      const what = `${worker.name} is off by ${offset} s, for ${CLOCK_MS / 1000} s`;
      const isOff = Math.abs(offset - seconds) < Math.abs(seconds) / 2;
      return isOff ? { kind: 'done', what, doubts: NO_DOUBTS } : { kind: 'missed', what };
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
  if (!worker.isRunning) throw new Error(`${worker.name} has ended, and no fault ended it`);
  worker.isBusy = true;
  try {
    return await act(worker);
  } finally {
    worker.isBusy = false;
  }
}
