import type { LookupAddress } from 'node:dns';
import { expect, test } from '@jest/globals';
import { startEndpoint } from '../support/endpoint.ts';
import { LOOPBACK, sendTo, startProvider } from '../support/provider.ts';
import { aCredential, aPush } from '../support/push.ts';

const HTTP_ONLY = { allowHttp: true, allowCidrs: [] };
const UNSAFE = {
  kind: 'rejected',
  reason: 'unsafe_address',
  detail: 'The host name leads to an address that is not public.',
};

/** A resolver that gives these answers in turn, then repeats the last one; it records the names it was called with. */
function resolver(...answers: string[][]) {
  const asked: string[] = [];
  const lookup = async (hostname: string): Promise<LookupAddress[]> => {
    const answer = answers[Math.min(asked.push(hostname), answers.length) - 1] ?? [];
    return answer.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  };
  return { asked, lookup };
}

test('a name that leads to this machine is refused before a connection is made', async () => {
  await using endpoint = await startEndpoint((response) => response.end());
  const { asked, lookup } = resolver(['127.0.0.1']);
  const url = `http://hooks.acme.com:${endpoint.port}/`;

  expect(await sendTo(url, { options: { policy: HTTP_ONLY, lookup } })).toEqual(UNSAFE);
  expect(asked).toEqual(['hooks.acme.com']);
  expect(endpoint.connections()).toBe(0);
});

test('one private address among public ones refuses them all', async () => {
  await using endpoint = await startEndpoint((response) => response.end());
  const url = `http://hooks.acme.com:${endpoint.port}/`;
  for (const answer of [
    ['93.184.216.34', '127.0.0.1'],
    ['127.0.0.1', '2606:4700::1111'],
    ['93.184.216.34', '::ffff:127.0.0.1'],
  ]) {
    const { lookup } = resolver(answer);
    expect(await sendTo(url, { options: { policy: HTTP_ONLY, lookup } })).toEqual(UNSAFE);
  }
  expect(endpoint.connections()).toBe(0);
});

test('an allowed network does not open the others', async () => {
  const { lookup } = resolver(['127.0.0.1', '169.254.169.254']);
  expect(await sendTo('http://hooks.acme.com/', { options: { lookup } })).toEqual(UNSAFE);
});

test('the connection goes to the checked address: the name is resolved once, and kept in the Host header', async () => {
  await using endpoint = await startEndpoint((response) => response.end());
  const { asked, lookup } = resolver(['127.0.0.1'], ['169.254.169.254']);
  const host = `hooks.acme.com:${endpoint.port}`;

  expect(await sendTo(`http://${host}/`, { options: { lookup } })).toEqual({ kind: 'accepted' });
  expect(asked).toEqual(['hooks.acme.com']);
  expect(endpoint.received[0]?.headers.host).toBe(host);
});

test('a name that changes its answer is checked again at the next connection', async () => {
  await using endpoint = await startEndpoint((response) => response.setHeader('connection', 'close').end());
  const { lookup } = resolver(['127.0.0.1'], ['10.0.0.1']);
  await using provider = startProvider({ lookup });
  const credential = aCredential(`http://hooks.acme.com:${endpoint.port}/`);

  expect(await provider.send(aPush(), credential)).toEqual({ kind: 'accepted' });
  expect(await provider.send(aPush(), credential)).toEqual(UNSAFE);
});

test('concurrent connections to the same name resolve it once', async () => {
  await using endpoint = await startEndpoint((response) => response.end());
  const { asked, lookup } = resolver(['127.0.0.1']);
  await using provider = startProvider({ lookup });
  const sends = ['a.acme.com', 'a.acme.com', 'b.acme.com'].map((host) =>
    provider.send(aPush(), aCredential(`http://${host}:${endpoint.port}/`)),
  );

  expect(await Promise.all(sends)).toEqual(sends.map(() => ({ kind: 'accepted' })));
  expect(asked).toEqual(['a.acme.com', 'b.acme.com']);
});

test('a URL stored under a wider policy is refused at the send', async () => {
  await using endpoint = await startEndpoint((response) => response.end());
  const { asked, lookup } = resolver(['127.0.0.1']);
  const port = endpoint.port;
  for (const [url, detail] of [
    [`http://127.0.0.1:${port}/`, 'The address 127.0.0.1 is not public.'],
    [`http://2130706433:${port}/`, 'The address 127.0.0.1 is not public.'],
    [`http://[::ffff:127.0.0.1]:${port}/`, 'The address ::ffff:7f00:1 is not public.'],
    [`http://localhost:${port}/`, 'The host name localhost is reserved for private use (RFC 6761 section 6.3).'],
  ] as const) {
    const outcome = await sendTo(url, { options: { policy: HTTP_ONLY, lookup } });
    expect(outcome).toEqual({ kind: 'rejected', reason: 'unsafe_address', detail });
  }
  expect(asked).toEqual([]);
  expect(endpoint.connections()).toBe(0);
});

test('plain HTTP is refused at the send unless it is allowed', async () => {
  await using endpoint = await startEndpoint((response) => response.end());
  const policy = { ...LOOPBACK, allowHttp: false };
  const detail = 'The URL must begin with https://.';
  expect(await sendTo(endpoint.url, { options: { policy } })).toEqual({ ...UNSAFE, detail });
  expect(endpoint.connections()).toBe(0);
});

test('the system resolver finds localhost on this machine', async () => {
  await using endpoint = await startEndpoint((response) => response.end());
  const policy = { allowHttp: true, allowCidrs: ['127.0.0.0/8', '::1/128'] };
  const url = `http://localhost:${endpoint.port}/`;
  expect(await sendTo(url, { options: { policy } })).toEqual({ kind: 'accepted' });
});

test('a proxy in the environment is ignored', async () => {
  await using proxy = await startEndpoint((response) => response.writeHead(502).end());
  await using endpoint = await startEndpoint((response) => response.end());
  process.env.HTTP_PROXY = process.env.http_proxy = proxy.url;
  try {
    expect(await sendTo(endpoint.url)).toEqual({ kind: 'accepted' });
  } finally {
    delete process.env.HTTP_PROXY;
    delete process.env.http_proxy;
  }
  expect(proxy.connections()).toBe(0);
});
