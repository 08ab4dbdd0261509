import { expect, jest, test } from '@jest/globals';
import { Deadlines } from '../../src/custom/deadline.ts';
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

test('each work expires at its own deadline, once, unless it was removed', () => {
  jest.useFakeTimers();
  try {
    const deadlines = new Deadlines(100);
    const expired: string[] = [];
    const work = (name: string) => ({ expire: (error: Error) => void expired.push(`${name}: ${error.message}`) });
    const [early, removed, late] = [work('early'), work('removed'), work('late')];
    deadlines.add(early);
    jest.advanceTimersByTime(40);
    deadlines.add(removed);
    jest.advanceTimersByTime(40);
    deadlines.add(late);
    deadlines.remove(removed);
    const words = 'There was no complete answer within 100 ms.';
    jest.advanceTimersByTime(20);
    expect(expired).toEqual([`early: ${words}`]);
    jest.advanceTimersByTime(79);
    expect(expired).toHaveLength(1);
    jest.advanceTimersByTime(1);
    expect(expired).toEqual([`early: ${words}`, `late: ${words}`]);
    expect(jest.getTimerCount()).toBe(0);
  } finally {
    jest.useRealTimers();
  }
});

test('many sends take one timer, and none is left when they have ended', () => {
  jest.useFakeTimers();
  try {
    const deadlines = new Deadlines(2000);
    const works = Array.from({ length: 1000 }, () => ({ expire: () => undefined }));
    for (const work of works) deadlines.add(work);
    expect(jest.getTimerCount()).toBe(1);
    for (const work of works) deadlines.remove(work);
    expect(jest.getTimerCount()).toBe(0);
  } finally {
    jest.useRealTimers();
  }
});

test('an answer that comes after the deadline changes nothing, and the next send works', async () => {
  const late: (() => void)[] = [];
  await using endpoint = await startEndpoint((response) => {
    if (late.push(() => response.end()) > 1) response.end();
  });
  await using provider = startProvider({ timeoutMs: 100, connectionsPerOrigin: 1 });
  expect(await provider.send(aPush(), aCredential(endpoint.url))).toMatchObject({ reason: 'timeout' });
  late[0]?.();
  expect(await provider.send(aPush(), aCredential(endpoint.url))).toEqual({ kind: 'accepted' });
});
