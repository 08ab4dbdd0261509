import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import {
  answerHealth,
  Closer,
  createMetrics,
  type HealthSources,
  listen,
  mayReadMetrics,
  startHealthServer,
} from '../src/index.ts';

let closer: Closer;
beforeEach(() => {
  closer = new Closer();
});
afterEach(() => closer.close());

async function serve(sources: Partial<HealthSources> = {}): Promise<string> {
  const health = await startHealthServer({
    host: '127.0.0.1',
    port: 0,
    metrics: createMetrics(),
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
    const answer = answerHealth('/readyz', undefined, {
      metrics: createMetrics(),
      ready: () => new Promise<never>(() => undefined),
    });
    await jest.advanceTimersByTimeAsync(2_000);
    expect(await answer).toMatchObject({ status: 503, body: expect.stringContaining('no answer within 2000 ms') });
  } finally {
    jest.useRealTimers();
  }
});

test('/metrics is open without a token', async () => {
  const response = await fetch(`${await serve()}/metrics`);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toContain('text/plain; version=0.0.4');
  expect(await response.text()).toContain('# TYPE fanfare_events_total counter');
});

test('/metrics with a token requires it as bearer token', async () => {
  const url = await serve({ metricsToken: 's3cret' });
  const status = async (authorization?: string) =>
    (await fetch(`${url}/metrics`, authorization ? { headers: { authorization } } : {})).status;
  expect(await status('Bearer s3cret')).toBe(200);
  expect(await status('bearer s3cret')).toBe(200);
  for (const wrong of [undefined, 's3cret', 'Basic s3cret', 'Bearer s3cre', 'Bearer s3cretx', 'Bearer']) {
    expect(await status(wrong)).toBe(401);
  }
  const refused = await fetch(`${url}/metrics`);
  expect(refused.headers.get('www-authenticate')).toBe('Bearer');
  expect(await refused.json()).toMatchObject({ error: { code: 'AUTH_ERR_APIKEY_NOT_FOUND' } });
});

test('metrics that cannot be read are a 500 and not a crash', async () => {
  const url = await serve({ metrics: { render: () => Promise.reject(new Error('no Redis')) } });
  const response = await fetch(`${url}/metrics`);
  expect(response.status).toBe(500);
  expect(await response.json()).toEqual({
    error: { code: 'ERR_INTERNAL', message: 'The metrics could not be read: no Redis.' },
  });
});

test.each([
  ['GET', '/'],
  ['GET', '/livez/x'],
  ['POST', '/livez'],
  ['DELETE', '/metrics'],
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

test('the check of the metrics token can be used by another server', () => {
  expect(mayReadMetrics(undefined, undefined)).toBe(true);
  expect(mayReadMetrics('Bearer a', 'a')).toBe(true);
  expect(mayReadMetrics('Bearer b', 'a')).toBe(false);
});

test('a taken port is an error with its address and the code of the system', async () => {
  const port = Number(new URL(await serve()).port);
  const second = startHealthServer({
    host: '127.0.0.1',
    port,
    metrics: createMetrics(),
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
