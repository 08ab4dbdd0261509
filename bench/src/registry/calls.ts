import { Readable } from 'node:stream';
import { Pool } from 'undici';

/** Connections, each with one request at a time. */
const CONNECTIONS = 32;

/** One request of a device or a chat backend. */
export interface Call {
  method: 'GET' | 'POST';
  path: string;
  headers: Record<string, string>;
  /** Sent as JSON; a text or a stream as it is. */
  body?: object | string | Readable;
}

/** Makes calls as fast as they are answered. @throws when one is not answered with 200. */
export async function makeCalls(url: string, count: number, call: (n: number) => Call): Promise<void> {
  const pool = new Pool(url, { connections: CONNECTIONS, pipelining: 1, bodyTimeout: 0, headersTimeout: 0 });
  let next = 0;
  const lane = async () => {
    while (next < count) {
      const { method, path, headers, body } = call(next++);
      const isJson = typeof body === 'object' && !(body instanceof Readable);
      const sent = isJson ? JSON.stringify(body) : (body ?? null);
      const answer = await pool.request({ method, path, headers, body: sent });
      const text = await answer.body.text();
      if (answer.statusCode !== 200) throw new Error(`${path}: ${answer.statusCode} ${text.slice(0, 500)}`);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, lane));
  await pool.close();
}
