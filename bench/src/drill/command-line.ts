import { parseArgs } from 'node:util';
import { UsageError, wholeNumber } from '../command-line.ts';
import { FAULT_KINDS, type FaultKind, TRACK_NAMES, TRACKS } from './faults/schedule.ts';

/** What `npm run drill -- --help` prints. */
export const HELP = `Usage: npm run drill -- [options]

Runs the system as separate processes, two of each, under mixed traffic, while faults hit it: processes and Redis are
killed, stopped and starved, disks and clocks misbehave, providers fail. A ledger of its own, outside of the system,
compares every acknowledged event and recipient with what the simulated providers received. See docs/drill.md.

The last line is the result; exit code 1 if anything was lost or stale, or if more was duplicated than senders had in
flight at the faults that put it in doubt.

Options:
  --seconds <n>    How long faults and traffic last, 1 to 3600 (default: 60); then everything has to drain
  --seed <n>       Repeats the order of the faults (default: one of the clock)
  --cluster        On a Redis Cluster of three servers instead of one server
  --faults <list>  Only these faults, separated by commas (default: all)
  --rolling        No faults: restarts every process by SIGTERM, one after another, while a publisher with keep-alive
                   connections posts through a load balancer; fails if the publisher or a recipient notices
  --tree <folder>  With --rolling: runs what scripts/production-tree.js wrote to this folder
  -h, --help       Show this help

Faults:
${TRACK_NAMES.map((track) => `  ${track}: ${[...new Set(TRACKS[track])].join(', ')}`).join('\n')}`;

export interface DrillOptions {
  seconds: number;
  seed: number;
  isCluster: boolean;
  only: readonly FaultKind[];
  isRolling: boolean;
  /** A production tree to run; undefined: this checkout. */
  tree: string | undefined;
}

/**
 * Parses the arguments (without node and the script); `now` is the default seed.
 *
 * @throws UsageError that names what is wrong.
 */
export function parseDrill(args: readonly string[], now: number): DrillOptions | 'help' {
  const { help, seconds = '60', seed = String(now % 1_000_000), cluster = false, faults, ...rest } = valuesOf(args);
  if (help) return 'help';
  const { rolling = false, tree } = rest;
  if (tree !== undefined && !rolling) throw new UsageError('--tree: only with --rolling');
  return {
    seconds: wholeNumber('--seconds', seconds, 1, 3600),
    seed: wholeNumber('--seed', seed, 0, 999_999),
    isCluster: cluster,
    only: faults === undefined ? FAULT_KINDS : faults.split(',').map(kindNamed),
    isRolling: rolling,
    tree,
  };
}

function valuesOf(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        help: { type: 'boolean', short: 'h' },
        seconds: { type: 'string' },
        seed: { type: 'string' },
        cluster: { type: 'boolean' },
        faults: { type: 'string' },
        rolling: { type: 'boolean' },
        tree: { type: 'string' },
      },
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}

function kindNamed(name: string): FaultKind {
  const kind = FAULT_KINDS.find((known) => known === name);
  if (kind === undefined) throw new UsageError(`there is no fault "${name}"; see --help`);
  return kind;
}
