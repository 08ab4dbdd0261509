import type { SystemState } from '@fanfare/client';
import { shownDuration, shownMoment } from '../operator/moments.ts';
import { type Cell, table } from '../operator/table.ts';
import type { Style, Terminal } from '../terminal.ts';

const STYLES: Record<SystemState['verdict'][number]['level'], Style> = {
  critical: 'red',
  warning: 'yellow',
  ok: 'green',
};

const DURABILITY: Record<SystemState['redis']['durability'], string> = {
  disk: 'on disk before each answer',
  second: 'on disk once a second',
  none: 'not on disk',
  unknown: 'durability unknown',
};

/** The state of the system for people to read. */
export function statusLines(state: SystemState, terminal: Terminal): string[] {
  const verdict = state.verdict.map(
    ({ level, sentence }) => `${terminal.paint(STYLES[level], level.toUpperCase().padEnd(8))}  ${sentence}`,
  );
  return [...verdict, '', ...lanes(state), '', ...processes(state), ...breakers(state), '', redis(state)];
}

const lanes = ({ lanes: all }: SystemState): string[] =>
  table(
    ['lane', 'open', 'waiting', 'active', 'delayed', 'held', 'oldest'],
    all.map(({ lane, openEvents, waiting, active, delayed, held, oldestMs, pausedSince }): Cell[] => [
      pausedSince === undefined ? lane : `${lane} (paused)`,
      openEvents,
      waiting,
      active,
      delayed,
      held,
      openEvents === 0 ? '–' : shownDuration(oldestMs),
    ]),
  );

const processes = ({ processes: all, at }: SystemState): string[] =>
  table(
    ['process', 'version', 'host', 'pid', 'up', 'in flight', 'serves'],
    all.map(({ role, version, host, pid, startedAt, inFlight, providers }): Cell[] => [
      role,
      version,
      host,
      String(pid),
      shownDuration(at - startedAt),
      inFlight === undefined ? '–' : String(inFlight),
      providers?.join(', ') ?? '–',
    ]),
  );

function breakers({ breakers: all }: SystemState): string[] {
  if (all.length === 0) return [];
  const rows = all.map(({ appId, provider, name, reason, since, held, waiting }): Cell[] => [
    appId,
    provider,
    name,
    reason,
    shownMoment(since),
    held.call + held.chat + held.bulk,
    waiting,
  ]);
  return ['', ...table(['app', 'provider', 'refuses', 'reason', 'since (UTC)', 'held', 'waiting'], rows)];
}

function redis({ redis: { fullness, stops, durability, maxmemoryPolicy, replicas } }: SystemState): string {
  const stopped = stops.length === 0 ? [] : [`stopped: ${stops.join(', ')}`];
  const facts = [`${Math.round(100 * fullness)} % full`, DURABILITY[durability], maxmemoryPolicy, ...stopped];
  return `Redis: ${[...facts, `replicas: ${replicas}`].join(', ')}`;
}
