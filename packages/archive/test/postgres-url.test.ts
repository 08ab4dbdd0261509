import { startTestPostgres } from '@fanfare/testkit';
import { afterAll, expect, test } from '@jest/globals';
import { openReader, openSink } from '../src/index.ts';
import { connect } from '../src/postgres/connect.ts';

const postgres = await startTestPostgres();
afterAll(async () => {
  await postgres?.[Symbol.asyncDispose]();
});
const testIf = postgres ? test : test.skip;

const withOptions = (options: string) => `${postgres?.url}?${options}`;

testIf('TLS is as the URL says: on, and checked against the CA it names', async () => {
  const url = withOptions(`sslmode=verify-full&sslrootcert=${postgres?.caFile}`);
  const pool = connect({ url, max: 1, queryMs: 5000 });
  const { rows } = await pool.query('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()');
  await pool.end();
  expect(rows).toEqual([{ ssl: true }]);
  await (await openSink({ kind: 'postgres', url }, 1)).close();
});

testIf('a server whose certificate is not known is refused, and the error has no password', async () => {
  const place = { kind: 'postgres', url: withOptions('sslmode=verify-full') } as const;
  const error = await openSink(place, 1).catch((one: unknown) => one);
  expect(error).toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
  expect(JSON.stringify([error, String(error)])).not.toContain(postgres?.password);
});

testIf('what was never written is read as empty', async () => {
  const reader = await openReader({ kind: 'postgres', url: (postgres?.url ?? '').replace(/postgres$/, 'template1') });
  expect(await reader.page('shop', { order: 'append', limit: 1 })).toEqual({ events: [] });
  await reader.close();
});
