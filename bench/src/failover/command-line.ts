import { parseArgs } from 'node:util';
import { UsageError, wholeNumber } from '../command-line.ts';
import { TOPOLOGIES, type Topology } from './redis.ts';
import { SETTINGS, type Setting } from './settings.ts';

/** What `npm run failover -- --help` prints. */
export const HELP = `Usage: npm run failover -- [options]

Kills a primary of Redis in the middle of a blast, with messages, calls and a group of 100 beside it, and lets its
replica be promoted: on a cluster of three with a replica each, and with Sentinel, at each setting for replication.
Prints how many events that were answered with 202 are lost, whether the sums of all others are exact, and what an
event costs while nothing fails. Exit code 1 if sums are wrong, or if events are lost where a 202 waits for replicas.

Options:
  --cluster, --sentinel  Only this (default: both)
  --setting <n>          Only one of them: ${SETTINGS.map(({ name }, i) => `${i + 1} ${name}`).join(', ')}
  --members <n>          Members of the blast's group, up to 1000000 (default: 100000)
  --lag <ms>             How far replication is behind, up to 500 (default: 20)
  --stall <ms>           How long before the kill it stands still, up to 5000 (default: 300): a primary seldom dies
                         alone, and what it takes in this time is what a failover may lose
  -h, --help             Show this help`;

export interface FailoverOptions {
  topologies: readonly Topology[];
  settings: readonly Setting[];
  members: number;
  lagMs: number;
  stallMs: number;
}

/** Parses the arguments (without node and the script). @throws UsageError that names what is wrong. */
export function parseFailover(args: readonly string[]): FailoverOptions | 'help' {
  const { help, cluster, sentinel, setting, members = '100000', lag = '20', stall = '300' } = valuesOf(args);
  if (help) return 'help';
  const asked = { cluster, sentinel };
  const only = TOPOLOGIES.filter((topology) => asked[topology]);
  const nth = setting === undefined ? undefined : wholeNumber('--setting', setting, 1, SETTINGS.length);
  return {
    topologies: only.length > 0 ? only : TOPOLOGIES,
    settings: nth === undefined ? SETTINGS : SETTINGS.slice(nth - 1, nth),
    members: wholeNumber('--members', members, 1, 1_000_000),
    lagMs: wholeNumber('--lag', lag, 0, 500),
    stallMs: wholeNumber('--stall', stall, 0, 5000),
  };
}

function valuesOf(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        help: { type: 'boolean', short: 'h' },
        cluster: { type: 'boolean' },
        sentinel: { type: 'boolean' },
        setting: { type: 'string' },
        members: { type: 'string' },
        lag: { type: 'string' },
        stall: { type: 'string' },
      },
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}
