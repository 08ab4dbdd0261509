import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { answerHealth, Closer, listen, type Readiness, startHealthServer } from '../src/index.ts';

let closer: Closer;
beforeEach(() => {
  closer = new Closer();
});
afterEach(() => closer.close());

async function serve(sources: { ready?: () => Promise<Readiness> } = {}): Promise<string> {
  const health = await startHealthServer({
    host: '127.0.0.1',
    port: 0,
    ready: async () => ({ ready: true, checks: { redis: { ok: true } } }),
    ...sources,
  });
  closer.add('health', health, (it) => it.close());
  return `http://127.0.0.1:${health.port}`;
}

test('/livez says that the process runs, even when it is not ready', async () => {
  const url = await serve({ ready: () => Promise.reject(new Error('no Redis')) });
  const response = await fetch(`${url}/livez`);
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ live: true });
});

test.each(['/livez', '/readyz', '/nothing'])('a POST of %s is answered without its body, and ends', async (path) => {
  const { port } = new URL(await serve());
  const socket = connect(Number(port), '127.0.0.1');
  await once(socket, 'connect');
  // The rest of the body never arrives.
  socket.write(`POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-length: 5000000\r\n\r\n[`);
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 404 .*connection: close/is);
});

test('/readyz shows the checks, with 200 when the process is ready', async () => {
  const response = await fetch(`${await serve()}/readyz?verbose`);
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ ready: true, checks: { redis: { ok: true } } });
});

test('/readyz is 503 with the failing check when it is not', async () => {
  const readiness = { ready: false, checks: { redis: { ok: false, detail: 'not writable' } } };
  const response = await fetch(`${await serve({ ready: async () => readiness })}/readyz`);
  expect(response.status).toBe(503);
  expect(await response.json()).toEqual(readiness);
});

test.each([
  [
    'throws',
    () => {
      throw new Error('boom');
    },
    'boom',
  ],
  ['fails', () => Promise.reject(new Error('refused')), 'refused'],
])('/readyz is 503 if the check itself %s', async (_, ready, detail) => {
  const response = await fetch(`${await serve({ ready })}/readyz`);
  expect(response.status).toBe(503);
  expect(await response.json()).toEqual({ ready: false, checks: { readiness: { ok: false, detail } } });
});

test('a check that never ends counts as not ready after two seconds', async () => {
  jest.useFakeTimers();
  try {
    const answer = answerHealth('/readyz', () => new Promise<never>(() => undefined));
    await jest.advanceTimersByTimeAsync(2_000);
    expect(await answer).toMatchObject({ status: 503, body: expect.stringContaining('no answer within 2000 ms') });
  } finally {
    jest.useRealTimers();
  }
});

test.each([
  ['GET', '/'],
  ['GET', '/livez/x'],
  ['POST', '/livez'],
  ['GET', '/metrics'],
])('%s %s is a 404 with a JSON error', async (method, path) => {
  const response = await fetch(`${await serve()}${path}`, { method });
  expect(response.status).toBe(404);
  expect(await response.json()).toEqual({
    error: { code: 'ERR_ROUTE_NOT_FOUND', message: `There is no ${method} ${path}.` },
  });
});

test('HEAD is answered like GET, without a body', async () => {
  const response = await fetch(`${await serve()}/readyz`, { method: 'HEAD' });
  expect(response.status).toBe(200);
  expect(await response.text()).toBe('');
});

test('a taken port is an error with its address and the code of the system', async () => {
  const port = Number(new URL(await serve()).port);
  const second = startHealthServer({
    host: '127.0.0.1',
    port,
    ready: async () => ({ ready: true, checks: {} }),
  });
  await expect(second).rejects.toMatchObject({
    message: `cannot listen on 127.0.0.1:${port} (EADDRINUSE)`,
    code: 'EADDRINUSE',
  });
});

test('closing does not wait for a connection in use, and may be called twice', async () => {
  const server = createServer();
  const stuck = await listen(server, { host: '127.0.0.1', port: 0 });
  const socket = connect(stuck.port, '127.0.0.1');
  socket.on('error', () => undefined);
  const cut = new Promise((resolve) => socket.once('close', resolve));
  await once(server, 'connection');
  await stuck.close();
  await stuck.close();
  await cut;
});
