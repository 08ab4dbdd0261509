import { type Lane, PROVIDER_KINDS, type ProviderKind, publicAppId } from '@fanfare/core';
import { type Breaker, deliveriesWait, momentOf, refusalSentence, refuserOf, TOKENS_GUARDED } from '@fanfare/ledger';
import { memorySentence } from '@fanfare/redis';
import type { LaneState, SystemState } from './system-state.ts';

/** What a finding is about; stable, for programs. */
export const FINDING_CODES = [
  'ok',
  'no_fanout',
  'no_sender',
  'lane_paused',
  'breaker_open',
  'tokens_guarded',
  'stuck',
  'redis_memory',
  'redis_unsafe',
  'mixed_versions',
] as const;

/** `critical`: users are not notified, or events may be lost; `warning`: someone should look. */
export const FINDING_LEVELS = ['critical', 'warning', 'ok'] as const;

/** One thing that an operator should know. */
export interface Finding {
  level: (typeof FINDING_LEVELS)[number];
  code: (typeof FINDING_CODES)[number];
  /** The app concerned, by its public id, if it is one. */
  appId?: string;
  sentence: string;
}

/** From this age on, the oldest open event of a lane means that the lane is stuck. */
const STUCK_MS: Record<Lane, number> = { call: 30_000, chat: 300_000, bulk: 3_600_000 };

const NAMES: Record<ProviderKind, string> = { fcm: 'FCM', apns: 'APNs', custom: 'webhooks' };

/** The state of the system in sentences, the worst first; one that says so if all is well. */
export function verdictOf(state: SystemState): Finding[] {
  const found = [
    ...missingWorkers(state),
    ...stoppedForMemory(state),
    ...unsafeRedis(state),
    ...state.breakers.map((breaker) => ofBreaker(breaker, state.at)),
    ...pausedLanes(state),
    ...stuckLanes(state),
    ...mixedVersions(state),
  ];
  if (found.length === 0) return [{ level: 'ok', code: 'ok', sentence: 'All queues are keeping up.' }];
  return found.sort((a, b) => FINDING_LEVELS.indexOf(a.level) - FINDING_LEVELS.indexOf(b.level));
}

function missingWorkers({ processes, unsent, lanes }: SystemState): Finding[] {
  const found: Finding[] = [];
  const open = lanes.reduce((sum, lane) => sum + lane.openEvents, 0);
  if (!processes.some(({ role }) => role === 'fanout')) {
    const sentence = `No fan-out is running: ${many(open, 'event')} ${open === 1 ? 'waits' : 'wait'}.`;
    found.push({ level: 'critical', code: 'no_fanout', sentence });
  }
  const senders = processes.filter(({ role }) => role === 'sender');
  if (senders.length === 0) {
    const waiting = PROVIDER_KINDS.reduce((sum, provider) => sum + unsent[provider], 0);
    const sentence = `No sender is running: ${deliveriesWait(waiting)}.`;
    return [...found, { level: 'critical', code: 'no_sender', sentence }];
  }
  for (const provider of PROVIDER_KINDS) {
    const isServed = senders.some(({ providers }) => providers?.includes(provider) ?? true);
    if (isServed || unsent[provider] === 0) continue;
    const sentence = `No sender for ${NAMES[provider]} is running: ${deliveriesWait(unsent[provider])}.`;
    found.push({ level: 'critical', code: 'no_sender', sentence });
  }
  return found;
}

const stoppedForMemory = ({ redis: { fullness, stops } }: SystemState): Finding[] =>
  stops.length === 0 ? [] : [{ level: 'critical', code: 'redis_memory', sentence: memorySentence(fullness, stops) }];

function unsafeRedis({ redis: { durability, maxmemoryPolicy } }: SystemState): Finding[] {
  const unsafe = (level: 'critical' | 'warning', sentence: string): Finding => ({
    level,
    code: 'redis_unsafe',
    sentence,
  });
  const found: Finding[] = [];
  if (!['noeviction', 'unknown'].includes(maxmemoryPolicy)) {
    found.push(unsafe('critical', `Redis may evict events: its maxmemory-policy is ${maxmemoryPolicy}.`));
  }
  if (durability === 'none')
    found.push(unsafe('critical', 'Redis keeps nothing on disk: a restart loses every event.'));
  if (durability === 'second') {
    found.push(unsafe('warning', 'Redis writes to disk once a second: a crash loses what was accepted since.'));
  }
  return found;
}

function ofBreaker(breaker: Breaker, at: number): Finding {
  const appId = publicAppId(breaker.appId);
  if (breaker.reason !== TOKENS_GUARDED) {
    return { level: 'critical', code: 'breaker_open', appId, sentence: refusalSentence(breaker, at) };
  }
  const sentence =
    `${refuserOf(breaker)} has been reporting too many tokens dead to be believed since ` +
    `${momentOf(breaker.since, at)}: no device is set aside. Is it the right key?`;
  return { level: 'warning', code: 'tokens_guarded', appId, sentence };
}

const isStuck = ({ lane, oldestMs }: LaneState): boolean => oldestMs > STUCK_MS[lane];

function pausedLanes({ lanes, at }: SystemState): Finding[] {
  return lanes.flatMap((state): Finding[] => {
    const { lane, pausedSince, openEvents, oldestMs } = state;
    if (pausedSince === undefined) return [];
    const wait = `${many(openEvents, 'event')} ${openEvents === 1 ? 'waits' : 'wait'}`;
    const sentence =
      `The ${lane} lane has been paused since ${momentOf(pausedSince, at)}: ` +
      `${lane === 'call' ? 'no phone rings, ' : ''}${wait}` +
      `${openEvents > 0 ? `, the oldest for ${duration(oldestMs)}` : ''}. Resume it on the System page.`;
    return [{ level: lane === 'call' || isStuck(state) ? 'critical' : 'warning', code: 'lane_paused', sentence }];
  });
}

/** A paused lane's own sentence says why. */
const stuckLanes = ({ lanes }: SystemState): Finding[] =>
  lanes.filter((state) => isStuck(state) && state.pausedSince === undefined).map(stuck);

/** All that is open being held is not for lack of workers: the breaker's own sentence says why. */
function stuck({ lane, openEvents, oldestMs, waiting, active, held }: LaneState): Finding {
  const why = held > 0 && waiting + active === 0 ? `; ${many(held, 'delivery')} held` : '';
  const sentence = `The oldest of ${many(openEvents, `open ${lane} event`)} is ${duration(oldestMs)} old${why}.`;
  return { level: held > 0 && waiting === 0 ? 'warning' : 'critical', code: 'stuck', sentence };
}

function mixedVersions({ processes }: SystemState): Finding[] {
  const versions = [...new Set(processes.map(({ version }) => version))].sort();
  if (versions.length < 2) return [];
  const sentence = `Processes of different versions are running: ${versions.join(', ')}.`;
  return [{ level: 'warning', code: 'mixed_versions', sentence }];
}

function many(n: number, noun: string): string {
  if (n === 1) return `1 ${noun}`;
  return `${n.toLocaleString('en-US')} ${noun === 'delivery' ? 'deliveries' : `${noun}s`}`;
}

function duration(ms: number): string {
  const s = Math.round(ms / 1000);
  if (s < 120) return `${s} s`;
  const minutes = Math.round(s / 60);
  if (minutes < 120) return `${minutes} min`;
  return `${Math.round(minutes / 60)} h`;
}
