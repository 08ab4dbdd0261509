import { once } from 'node:events';
import { expect, test } from '@jest/globals';
import { withDeadline } from '../../src/custom/deadline.ts';
import { startEndpoint, startTcp } from '../support/endpoint.ts';
import { sendTo, startProvider } from '../support/provider.ts';
import { aCredential, aPush } from '../support/push.ts';

const options = { timeoutMs: 100 };
const TIMED_OUT = { kind: 'retryable', reason: 'timeout', detail: 'There was no complete answer within 100 ms.' };
const forever = () => new Promise<never>(() => undefined);

test('a name whose servers are silent ends at the deadline', async () => {
  expect(await sendTo('http://hooks.acme.com/', { options: { ...options, lookup: forever } })).toEqual(TIMED_OUT);
});

test('a server that accepts the connection and never answers the TLS greeting ends at the deadline', async () => {
  await using endpoint = await startTcp((socket) => socket.resume());
  expect(await sendTo(`https://127.0.0.1:${endpoint.port}/`, { options })).toEqual(TIMED_OUT);
});

test('headers that never come end at the deadline', async () => {
  await using endpoint = await startEndpoint(() => undefined);
  expect(await sendTo(endpoint.url, { options })).toEqual(TIMED_OUT);
});

/** Sends `text` again and again until the connection is gone; every piece renews a timer that watches for silence. */
const drip = (text: string) => (socket: { destroyed: boolean; write(text: string): unknown }) => {
  const timer = setInterval(() => (socket.destroyed ? clearInterval(timer) : socket.write(text)), 10);
};

test('headers that come byte by byte end at the deadline', async () => {
  await using endpoint = await startTcp((socket) => {
    socket.write('HTTP/1.1 200 OK\r\nx-slow: ');
    drip('.')(socket);
  });
  expect(await sendTo(`http://127.0.0.1:${endpoint.port}/`, { options })).toEqual(TIMED_OUT);
});

test('a body that comes byte by byte ends at the deadline, 200 or not', async () => {
  await using endpoint = await startEndpoint((response) => {
    response.writeHead(200);
    drip('.')(response);
  });
  expect(await sendTo(endpoint.url, { options })).toEqual(TIMED_OUT);
});

test('one hanging endpoint does not hold up another', async () => {
  await using hanging = await startEndpoint(() => undefined);
  await using endpoint = await startEndpoint((response) => response.end());
  await using provider = startProvider({ connectionsPerOrigin: 1 });
  const stuck = provider.send(aPush(), aCredential(hanging.url));
  expect(await provider.send(aPush(), aCredential(endpoint.url))).toEqual({ kind: 'accepted' });
  await provider.close();
  expect(await stuck).toMatchObject({ reason: 'closed' });
});

test('work that ends in time decides the result, and its signal is not aborted', async () => {
  let signal: AbortSignal | undefined;
  const result = await withDeadline(60_000, async (given) => {
    signal = given;
    return 'done';
  });
  expect(result).toBe('done');
  expect(signal?.aborted).toBe(false);
  await expect(withDeadline(60_000, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
});

test('late work is aborted and may fail unnoticed', async () => {
  let failed: Promise<unknown> = Promise.resolve();
  const late = withDeadline(1, (signal) => {
    const work = once(signal, 'abort').then(() => Promise.reject(new Error('aborted')));
    failed = work.catch((error: unknown) => error);
    return work;
  });
  await expect(late).rejects.toThrow('There was no complete answer within 1 ms.');
  expect(await failed).toEqual(new Error('aborted'));
});
