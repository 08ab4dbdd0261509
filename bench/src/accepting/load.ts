import { Pool } from 'undici';
import { directMessage, uidOf } from '../system/events.ts';

/** Connections, each with one request at a time. */
const CONNECTIONS = 64;
/** Users that the events are between. */
const USERS = 5000;

export interface Load {
  url: string;
  path: string;
  headers: Record<string, string>;
  requests: number;
  /** Events per request; 1: not an array. */
  batch: number;
  /** Makes the ids unique. */
  name: string;
}

/** Posts events as fast as they are answered; seconds. @throws when one is not accepted. */
export async function postEvents({ url, path, headers, requests, batch, name }: Load): Promise<number> {
  const pool = new Pool(url, { connections: CONNECTIONS, pipelining: 1 });
  let next = 0;
  const lane = async () => {
    while (next < requests) {
      const n = next;
      next += 1;
      const events = Array.from({ length: batch }, (_, i) => event(name, n * batch + i));
      const { statusCode, body } = await pool.request({
        method: 'POST',
        path,
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify(batch === 1 ? events[0] : events),
      });
      const text = await body.text();
      if (statusCode !== 202 || text.includes('rejected'))
        throw new Error(`${path}: ${statusCode} ${text.slice(0, 500)}`);
    }
  };
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: CONNECTIONS }, lane));
  const seconds = (performance.now() - startedAt) / 1000;
  await pool.close();
  return seconds;
}

const event = (name: string, n: number): object =>
  directMessage(`${name}-${n}`, uidOf(n % USERS), uidOf((7 * n + 1) % USERS));
