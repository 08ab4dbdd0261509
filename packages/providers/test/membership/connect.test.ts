import type { LookupAddress } from 'node:dns';
import { expect, test } from '@jest/globals';
import { selfSigned } from '../support/certificate.ts';
import { startEndpoint, startTcp } from '../support/endpoint.ts';
import { answering, askAt, FIRST, startSource } from '../support/membership.ts';
import { LOOPBACK } from '../support/provider.ts';

const UNSAFE = { kind: 'failed', reason: 'unsafe_address' };
const TIMED_OUT = { kind: 'failed', reason: 'timeout' };
const BOB = { members: ['bob'] };

/** A resolver that knows one name. */
const resolving =
  (...addresses: string[]) =>
  async (): Promise<LookupAddress[]> =>
    addresses.map((address) => ({ address, family: 4 }));

test.each([
  'http://127.0.0.1:1/',
  'http://2130706433:1/',
  'http://localhost:1/',
  'http://[::1]:1/',
  'http://10.0.0.1/',
  'http://u:p@acme.com/',
  'file:///etc/passwd',
])('%s is not asked when only the public internet is allowed', async (url) => {
  expect(await askAt({ url }, { policy: { allowHttp: true, allowCidrs: [] } })).toEqual(UNSAFE);
});

test('plain HTTP is refused unless it is allowed', async () => {
  await using endpoint = await answering(BOB);
  expect(await askAt({ url: endpoint.url }, { policy: { ...LOOPBACK, allowHttp: false } })).toEqual(UNSAFE);
  expect(endpoint.connections()).toBe(0);
});

test('a public name that leads to this machine is refused before a connection is made', async () => {
  await using endpoint = await answering(BOB);
  const url = `http://chat.acme.com:${endpoint.port}/`;
  const policy = { allowHttp: true, allowCidrs: [] };
  for (const lookup of [resolving('127.0.0.1'), resolving('93.184.216.34', '127.0.0.1')]) {
    expect(await askAt({ url }, { policy, lookup })).toEqual(UNSAFE);
  }
  expect(endpoint.connections()).toBe(0);
});

test('the address is checked at every connection', async () => {
  await using endpoint = await startEndpoint((response) =>
    response.setHeader('connection', 'close').end(JSON.stringify(BOB)),
  );
  const answers = [resolving('127.0.0.1'), resolving('10.0.0.1')];
  await using source = startSource({ lookup: () => (answers.shift() ?? resolving())() });
  const url = `http://chat.acme.com:${endpoint.port}/`;
  expect(await source.page({ url }, FIRST)).toEqual({ kind: 'page', members: ['bob'] });
  expect(await source.page({ url }, FIRST)).toEqual(UNSAFE);
});

test('over TLS, a certificate of our own authority is trusted only when it was given', async () => {
  const identity = selfSigned(['127.0.0.1']);
  await using endpoint = await startEndpoint((response) => response.end(JSON.stringify(BOB)), identity);
  expect(await askAt({ url: endpoint.url })).toEqual({ kind: 'failed', reason: 'tls_error' });
  expect(await askAt({ url: endpoint.url }, { extraCa: identity.cert })).toEqual({ kind: 'page', members: ['bob'] });
});

test('headers that never come end at the deadline', async () => {
  await using endpoint = await startEndpoint(() => undefined);
  expect(await askAt({ url: endpoint.url }, { timeoutMs: 100 })).toEqual(TIMED_OUT);
});

test('a body that comes byte by byte ends at the deadline', async () => {
  await using endpoint = await startEndpoint((response) => {
    response.writeHead(200).write('{"members":["bob"');
    const timer = setInterval(() => (response.destroyed ? clearInterval(timer) : response.write(' ')), 10);
  });
  expect(await askAt({ url: endpoint.url }, { timeoutMs: 100 })).toEqual(TIMED_OUT);
});

test.each([
  ['an answer that is not HTTP', 'SSH-2.0-OpenSSH_9.9\r\n', 'bad_response'],
  ['a body that breaks off', 'HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{"members":["bob"]}', 'connection_closed'],
])('%s is a failure', async (_what, text, reason) => {
  await using endpoint = await startTcp((socket) => socket.end(text));
  expect(await askAt({ url: `http://127.0.0.1:${endpoint.port}/` })).toEqual({ kind: 'failed', reason });
});

test('a port without a listener is a failure', async () => {
  const { port } = await (async () => {
    await using endpoint = await answering(BOB);
    return endpoint;
  })();
  const url = `http://127.0.0.1:${port}/`;
  expect(await askAt({ url })).toEqual({ kind: 'failed', reason: 'connection_refused' });
});
