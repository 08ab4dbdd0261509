import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Closer, createMetrics, type Metrics, startMetricsServer } from '../src/index.ts';

let closer: Closer;
beforeEach(() => {
  closer = new Closer();
});
afterEach(() => closer.close());

/** A metrics server beside a process on any port; its URL. */
async function serve({ token, metrics = createMetrics() }: { token?: string; metrics?: Pick<Metrics, 'render'> } = {}) {
  const config = { PORT: 0, METRICS_HOST: '127.0.0.1', METRICS_TOKEN: token };
  const server = await startMetricsServer(config, metrics);
  closer.add('metrics', server, (it) => it.close());
  return `http://127.0.0.1:${server.port}`;
}

test('/metrics is open without a token', async () => {
  const response = await fetch(`${await serve()}/metrics`);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toContain('text/plain; version=0.0.4');
  expect(await response.text()).toContain('# TYPE fanfare_events_total counter');
});

test('/metrics with a token requires it as bearer token', async () => {
  const url = await serve({ token: 's3cret' });
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

test('its port is a hundred above that of the process, unless it is given', async () => {
  const free = Number(new URL(await serve()).port);
  await closer.close();
  const config = { PORT: free - 100, METRICS_HOST: '127.0.0.1' };
  for (const [given, expected] of [
    [config, free],
    [{ ...config, METRICS_PORT: 0 }, expect.any(Number)],
  ] as const) {
    const server = await startMetricsServer(given, createMetrics());
    expect(server.port).toEqual(expected);
    await server.close();
  }
});

test.each(['/', '/livez', '/readyz', '/metrics/x'])('%s is not there', async (path) => {
  expect((await fetch(`${await serve()}${path}`)).status).toBe(404);
});
