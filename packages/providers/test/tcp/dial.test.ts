import { once } from 'node:events';
import { expect, test } from '@jest/globals';
import { dial } from '../../src/tcp/dial.ts';
import { type Endpoint, startTcp } from '../support/endpoint.ts';
import { slowThenUnreachable, startSlowListener } from '../support/slow-listener.ts';

const named = (...addresses: string[]) => ({
  resolve: async () => addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
  signal: new AbortController().signal,
});
const at = ({ port }: { port: number }) => ({ host: 'acme.com', port });
const listening = () => startTcp(() => undefined);
const remote = async (socket: ReturnType<typeof dial>) => {
  const connected = await socket;
  const { remoteAddress } = connected;
  connected.destroy();
  return remoteAddress;
};
const unused = async (): Promise<Endpoint> => {
  await using endpoint = await listening();
  return endpoint;
};

test('the next address is tried when one refuses, whatever their families', async () => {
  await using endpoint = await listening();
  for (const addresses of [
    ['127.0.0.2', '127.0.0.1'],
    ['::1', '127.0.0.1'],
    ['127.0.0.2', '127.0.0.3', '::1', '127.0.0.1'],
  ]) {
    expect(await remote(dial(at(endpoint), named(...addresses)))).toBe('127.0.0.1');
  }
});

test('a silent address does not delay the next', async () => {
  await using silent = await startSlowListener(1);
  await using endpoint = await startTcp(() => undefined, { host: '127.0.0.3', port: silent.port });
  expect(endpoint.port).toBe(silent.port);
  expect(await remote(dial(at(silent), named('127.0.0.1', '127.0.0.3')))).toBe('127.0.0.3');
});

test('a slow address is waited for when the others cannot be reached', async () => {
  await using endpoint = await listening();
  await using slow = await startSlowListener(endpoint.port);
  const { signal } = new AbortController();
  expect(await remote(dial(at(slow), { resolve: slowThenUnreachable, signal }))).toBe('127.0.0.1');
});

test('an IP address is not looked up, with brackets or without', async () => {
  await using endpoint = await listening();
  const resolve = () => Promise.reject(new Error('looked up'));
  const { signal } = new AbortController();
  expect(await remote(dial({ host: '127.0.0.1', port: endpoint.port }, { resolve, signal }))).toBe('127.0.0.1');
  await expect(dial({ host: '[::1]', port: endpoint.port }, { resolve, signal })).rejects.toThrow(/ECONNREFUSED|EADDR/);
});

test('a failure has the last error; a name without address has ENOTFOUND', async () => {
  const nowhere = await unused();
  await expect(dial(at(nowhere), named('127.0.0.1', '127.0.0.2'))).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  await expect(dial(at(nowhere), named())).rejects.toMatchObject({ code: 'ENOTFOUND' });
});

test('an abort ends it, during the lookup and during the attempts, and leaves no connection', async () => {
  const reason = new Error('too late');
  const silence = new AbortController();
  const looking = dial(at({ port: 1 }), { resolve: () => new Promise(() => undefined), signal: silence.signal });
  silence.abort(reason);
  await expect(looking).rejects.toBe(reason);

  await using slow = await startSlowListener(1);
  const abort = new AbortController();
  const trying = dial(at(slow), { ...named('127.0.0.1'), signal: abort.signal });
  setImmediate(() => abort.abort(reason));
  await expect(trying).rejects.toBe(reason);
});

test('the connections that lose are closed', async () => {
  const closed: Promise<unknown>[] = [];
  await using endpoint = await startTcp((socket) => void closed.push(once(socket.resume(), 'close')));
  const winner = await dial(at(endpoint), named('127.0.0.1', '127.0.0.1'));
  winner.destroy();
  await Promise.all(closed);
  expect(closed.length).toBeGreaterThan(0);
});
