import { Pool } from 'undici';

/** Connections, each with one request at a time. */
const CONNECTIONS = 64;

export interface Load {
  url: string;
  path: string;
  headers: Record<string, string>;
  requests: number;
  /** The body of the `n`th request. */
  body: (n: number) => object;
}

/** How long a load took, and each of its requests. */
export interface Timing {
  seconds: number;
  /** Milliseconds from the request to the end of the answer. */
  latencies: number[];
}

/** Posts bodies as fast as they are answered. @throws when one is not accepted. */
export async function postAll({ url, path, headers, requests, body: bodyOf }: Load): Promise<Timing> {
  const pool = new Pool(url, { connections: CONNECTIONS, pipelining: 1 });
  const latencies: number[] = [];
  let next = 0;
  const lane = async () => {
    while (next < requests) {
      const sent = JSON.stringify(bodyOf(next++));
      const startedAt = performance.now();
      const { statusCode, body } = await pool.request({
        method: 'POST',
        path,
        headers: { ...headers, 'content-type': 'application/json' },
        body: sent,
      });
      const text = await body.text();
      latencies.push(performance.now() - startedAt);
      if (statusCode >= 300 || text.includes('rejected'))
        throw new Error(`${path}: ${statusCode} ${text.slice(0, 500)}`);
    }
  };
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: CONNECTIONS }, lane));
  const seconds = (performance.now() - startedAt) / 1000;
  await pool.close();
  return { seconds, latencies };
}
