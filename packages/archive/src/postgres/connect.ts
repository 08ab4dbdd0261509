import pg from 'pg';

/** How long the server may take to accept a connection, and to answer, ms. */
const CONNECT_MS = 5000;

export interface ConnectOptions {
  url: string;
  /** Most connections at a time. */
  max: number;
  /** How long a query may take, ms. */
  queryMs: number;
}

/** Connections to PostgreSQL, opened as needed. TLS and everything else are as the URL says. */
export function connect({ url, max, queryMs }: ConnectOptions): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max,
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: queryMs,
    application_name: 'fanfare',
    keepAlive: true,
  });
  // An idle connection that is lost is replaced when it is needed; without a listener it would end the process.
  pool.on('error', () => {});
  return pool;
}

/** How long a statement of a transaction may take, ms. Not set for a connection: a connection pooler refuses that. */
export const STATEMENT_MS = 60_000;

/** Runs one transaction. A connection that fails in it is closed. */
export async function transaction<T>(pool: pg.Pool, act: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query(`BEGIN; SET LOCAL statement_timeout = ${STATEMENT_MS}`);
    const result = await act(client);
    await client.query('COMMIT');
    client.release();
    return result;
  } catch (error) {
    client.release(true);
    throw error;
  }
}

/** Text as PostgreSQL takes it: without a character 0, and without half of a surrogate pair. */
export const textFor = (text: string): string => Buffer.from(text).toString().replaceAll('\0', '\ufffd');
