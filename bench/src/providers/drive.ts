import type { Client } from './client.ts';

/** How a client is loaded in one round. */
export interface Load {
  /** Those that count. */
  sends: number;
  /** Before them, uncounted: connections are opened and code is compiled. */
  warmUp: number;
  /** Sends under way at any time. */
  concurrency: number;
}

/** What one round came to, in the client's own process. */
export interface Measured {
  /** Of all sends, those of the warm-up included. */
  accepted: number;
  /** Why the first one failed that did. */
  problem?: string;
  /** Of the sends that count. */
  seconds: number;
  /** User and system time of the whole process, microseconds. */
  cpuMicros: number;
}

type Tally = Pick<Measured, 'accepted' | 'problem'>;

/** One round with pushes numbered from `first`. */
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

/** The pushes from one number up to another, so many at a time. */
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
