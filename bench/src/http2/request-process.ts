import { readFileSync } from 'node:fs';
import { type Http2Client, poolFactory } from '@fanfare/providers';
import { serve } from '../child/serve.ts';

/** Where the requests go, and with which client. */
export interface RequestTarget {
  client: Http2Client;
  origin: string;
  caFile: string;
}

/** How many requests, and how many of them at once. */
export interface RequestLoad {
  requests: number;
  concurrency: number;
}

/** What a round has cost. */
interface Measured {
  accepted: number;
  /** User and system time of the process. */
  cpuMicros: number;
}

const TIMEOUT_MS = 30_000;

/** A request like one to FCM, finished: nothing is rendered. */
const REQUEST = {
  path: '/v1/projects/bench-project/messages:send',
  headers: { 'content-type': 'application/json', authorization: `Bearer ya29.${'x'.repeat(1000)}` },
  body: JSON.stringify({ message: { token: 't'.repeat(163), data: { text: 'x'.repeat(250) } } }),
};

let pool: ReturnType<ReturnType<typeof poolFactory>> | undefined;

const calls = {
  open({ client, origin, caFile }: RequestTarget): void {
    const options = { client, extraCa: readFileSync(caFile, 'utf8'), timeoutMs: TIMEOUT_MS };
    pool = poolFactory({ ...options, now: Date.now, random: Math.random })(origin);
  },

  async run({ requests, concurrency }: RequestLoad): Promise<Measured> {
    const before = process.cpuUsage();
    let left = requests;
    let accepted = 0;
    const lane = async (): Promise<void> => {
      while (left > 0) {
        left -= 1;
        const result = await pool?.request(REQUEST);
        if (result?.ok && result.answer.status === 200) accepted += 1;
      }
    };
    await Promise.all(Array.from({ length: concurrency }, lane));
    const { user, system } = process.cpuUsage(before);
    return { accepted, cpuMicros: user + system };
  },
};

/** One HTTP/2 client alone in its process, so that the cost of the process is the cost of the client. */
export type RequestCalls = typeof calls;

serve(calls);
