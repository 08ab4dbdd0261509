import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { readProcesses, readProcessSettings, redisEnv } from '@fanfare/redis';
import { Closer } from '@fanfare/runtime';
import { startTestRedis } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { listen, openService } from '../src/index.ts';

/** Node's server in the shape of Fastify's. */
const httpServer = (server: Server) => ({
  server,
  listen: ({ host, port }: { host: string; port: number }) => once(server.listen(port, host), 'listening'),
});

test('shows the gauges of shared state and reports the process, until it is closed', async () => {
  await using redis = await startTestRedis();
  const ports = { HOST: '127.0.0.1', PORT: 0, METRICS_HOST: '127.0.0.1' };
  const config = { ...ports, REDIS_URL: redis.url, LOG_LEVEL: 'silent', QUEUE_SHARDS: 1 } as const;
  const schema = { shape: { REDIS_URL: redisEnv.REDIS_URL } };
  const closer = new Closer();
  try {
    const service = await openService(config, { role: 'ingest', redis: 'request' }, closer);
    const server = httpServer(createServer());
    closer.add('server', server.server, (one) => one.close());
    const { metricsPort } = await listen(service, { config, schema, role: 'ingest', server }, closer);

    const metrics = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
    for (const gauge of ['queue_depth', 'open_events', 'redis_memory_ratio', 'redis_durability', 'process_alive']) {
      expect(metrics).toMatch(new RegExp(`^fanfare_${gauge}(\\{.*\\})? `, 'm'));
    }
    expect(await readProcesses(redis.redis)).toMatchObject([{ role: 'ingest' }]);
    const settings = [{ name: 'REDIS_URL', value: expect.stringMatching(/^redis:.*\*\*\*$/), isSet: true }];
    expect(await readProcessSettings(redis.redis)).toMatchObject([{ role: 'ingest', settings }]);
    await closer.close();
    expect(await readProcesses(redis.redis)).toEqual([]);
  } finally {
    await closer.close();
  }
});
