import type { Client } from './client.ts';

/** The load of a client in one round. */
export interface Load {
  /** Counted sends. */
  sends: number;
  /** Uncounted sends before them: to open connections and compile code. */
  warmUp: number;
  /** Concurrent sends. */
  concurrency: number;
}

/** The result of one round, in the client's own process. */
export interface Measured {
  /** Accepted sends, including the warm-up. */
  accepted: number;
  /** The reason of the first failure. */
  problem?: string;
  /** The duration of the counted sends. */
  seconds: number;
  /** User and system time of the whole process, microseconds. */
  cpuMicros: number;
}

type Tally = Pick<Measured, 'accepted' | 'problem'>;

/** Runs one round with pushes numbered from `first`. */
export async function drive(client: Client, first: number, { sends, warmUp, concurrency }: Load): Promise<Measured> {
  const tally: Tally = { accepted: 0 };
  await sendAll(client, { from: first, to: first + warmUp, concurrency }, tally);
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  await sendAll(client, { from: first + warmUp, to: first + warmUp + sends, concurrency }, tally);
  const seconds = (performance.now() - startedAt) / 1000;
  const { user, system } = process.cpuUsage(cpuBefore);
  return { ...tally, seconds, cpuMicros: user + system };
}

/** Sends a range of pushes with this concurrency. */
async function sendAll(
  client: Client,
  { from, to, concurrency }: { from: number; to: number; concurrency: number },
  tally: Tally,
): Promise<void> {
  let next = from;
  const lane = async (): Promise<void> => {
    while (next < to) {
      const n = next;
      next += 1;
      const problem = await client.send(n);
      if (problem === undefined) tally.accepted += 1;
      else tally.problem ??= problem;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
}
