import { type Http2Client, type PoolTuning, poolFactory } from '../../src/http2/create.ts';
import type { SessionPool } from '../../src/http2/pool.ts';
import type { PoolResult } from '../../src/http2/result.ts';
import type { H2Server } from './h2-server.ts';

/** Every test of the pool runs with each. */
export const HTTP2_CLIENTS: readonly Http2Client[] = ['node', 'lean'];

interface TestPoolOptions extends PoolTuning {
  client?: Http2Client;
  timeoutMs?: number;
  now?: () => number;
}

/** Long enough never to be reached on a slow machine; tests of the deadline set their own. */
const PLENTY_MS = 20_000;

/** A pool to a test server that closes with the test. */
export function startPool(
  { origin, ca }: Pick<H2Server, 'origin' | 'ca'>,
  { client, timeoutMs = PLENTY_MS, now = Date.now, ...tuning }: TestPoolOptions = {},
): SessionPool & AsyncDisposable {
  const create = poolFactory({ client, timeoutMs, extraCa: ca, now, random: () => 0, tuning });
  const pool = create(origin);
  return Object.assign(pool, { [Symbol.asyncDispose]: () => pool.close() });
}

/** A request identified by its body. */
export const aRequest = (body = 'hello') => ({ path: '/push', headers: { 'x-test': '1' }, body });

/** A promise resolved from outside. */
export function deferred<T = void>() {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((keep) => {
    resolve = keep;
  });
  return { promise, resolve };
}

/** Requests numbered from 0, sent at once. */
export const many = (pool: SessionPool, count: number): Promise<PoolResult>[] =>
  Array.from({ length: count }, (_, index) => pool.request(aRequest(String(index))));

/** What is known about a request without an answer. */
export const failed = (result: PoolResult) => {
  if (result.ok) throw new Error(`answered ${result.answer.status}`);
  return { processed: result.processed, code: (result.error as NodeJS.ErrnoException).code };
};
/** The status of each answer, or why there is none. */
export const statuses = (results: PoolResult[]) =>
  results.map((result) => (result.ok ? result.answer.status : failed(result)));
/** The bodies of `many`. */
export const numbers = (count: number): string[] => Array.from({ length: count }, (_, index) => String(index));
