import * as fanout from '@fanfare/fanout/app';
import * as sender from '@fanfare/sender/app';
import { limitMemory, startTestRedis, until } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { aCall, aMessage } from '../support/events.ts';
import { jobsOf, startSystem } from '../support/system.ts';

const readyz = async (url: string) => {
  const response = await fetch(`${url}/readyz`);
  return { status: response.status, body: (await response.json()) as { ready: boolean; degraded?: boolean } };
};

test('ingest stays in service while a queue is stuck, and says that it is degraded', async () => {
  await using system = await startSystem({ apps: [] });
  expect(await readyz(system.url)).toMatchObject({ status: 200, body: { ready: true, degraded: false } });
  await system.backend.post('/v3/events', aMessage());
  const [job = ''] = await jobsOf(system, 'events-chat');
  await system.redis.redis.hset(`{p0}:events-chat:${job}`, 'timestamp', Date.now() - 61_000);
  // It looks at the backlog once a second at most.
  const { status, body } = await until(async () => {
    const now = await readyz(system.url);
    return now.body.degraded ? now : undefined;
  }, 'the queue counts as stuck');
  expect(status).toBe(200);
  expect(body).toMatchObject({ ready: true, checks: { redis: { ok: true }, queue: { ok: false } } });
});

test('a paused lane waits, the others go on; the verdict and the readiness say so, and so does the audit', async () => {
  await using system = await startSystem();
  const state = async () => (await system.admin.get('/v3/system')).body.data;
  expect((await system.backend.post('/v3/system/lanes/call/pause', {})).status).toBe(401);
  expect((await system.admin.post('/v3/system/lanes/none/pause', {})).status).toBe(400);
  expect((await system.admin.post('/v3/system/lanes/chat/pause', {})).status).toBe(200);
  const [message, call] = [aMessage(), aCall()];
  for (const event of [message, call]) await system.backend.post('/v3/events', event);
  await system.done(call.id);
  expect(await state()).toMatchObject({
    verdict: [{ level: 'warning', code: 'lane_paused' }],
    lanes: [{ lane: 'call' }, { lane: 'chat', openEvents: 1, pausedSince: expect.any(Number) }, { lane: 'bulk' }],
  });
  // It looks once a second at most.
  const { body } = await until(async () => {
    const now = await readyz(system.url);
    return now.body.degraded ? now : undefined;
  }, 'it says that it is degraded');
  expect(body).toMatchObject({ ready: true, checks: { lanes: { ok: false, detail: 'paused: chat' } } });
  expect((await system.admin.post('/v3/system/lanes/chat/resume', {})).status).toBe(200);
  await system.done(message.id);
  expect((await state()).verdict).toMatchObject([{ code: 'ok' }]);
  const changes: { operation: string; ids: object }[] = (await system.admin.get('/v3/audit?limit=2')).body.data;
  expect(changes.map(({ operation, ids }) => [operation, ids])).toEqual([
    ['POST /v3/system/lanes/{lane}/resume', { lane: 'chat' }],
    ['POST /v3/system/lanes/{lane}/pause', { lane: 'chat' }],
  ]);
});

test('ingest and fan-out stay in service while Redis is too full for their work, and say so', async () => {
  await using system = await startSystem({ apps: [] });
  const worker = await fanout.start(fanout.readConfig(system.env));
  const { redis } = system.redis;
  const urls = [system.url, `http://127.0.0.1:${worker.port}`];
  for (const url of urls) expect((await readyz(url)).body.degraded).toBe(false);
  await limitMemory(redis, 0.8);
  for (const url of urls) {
    const { status, body } = await until(async () => {
      const now = await readyz(url);
      return now.body.degraded ? now : undefined;
    }, 'the memory is looked at again');
    expect(status).toBe(200);
    const detail = expect.stringContaining('new events are refused, except calls; events for large groups wait');
    expect(body).toMatchObject({ ready: true, checks: { memory: { ok: false, detail } } });
  }
  const metrics = await (await fetch(`http://127.0.0.1:${system.metricsPort}/metrics`)).text();
  expect(metrics).toMatch(/^fanfare_redis_memory_ratio 0\.[78]/m);
  expect(metrics).toContain('fanfare_memory_stopped{what="bulk"} 1');
  expect(metrics).toContain('fanfare_memory_stopped{what="chat"} 0');
  await worker.close();
});

test('every process is out of service while Redis takes no writes, however well it answers', async () => {
  const oneServer = 'a node of a cluster refuses REPLICAOF';
  await using primary = await startTestRedis({ port: 0, oneServer });
  await using system = await startSystem({ apps: [], oneServer });
  const workers = [
    await fanout.start(fanout.readConfig(system.env)),
    await sender.start(sender.readConfig(system.env)),
  ];
  const urls = [system.url, ...workers.map(({ port }) => `http://127.0.0.1:${port}`)];
  for (const url of urls) expect((await readyz(url)).status).toBe(200);
  const { port } = new URL(primary.url);
  await system.redis.redis.replicaof('127.0.0.1', port);
  for (const url of urls) {
    const { status, body } = await readyz(url);
    expect({ url, status }).toEqual({ url, status: 503 });
    expect(body.ready).toBe(false);
  }
  await system.redis.redis.replicaof('NO', 'ONE');
  for (const worker of workers) await worker.close();
});
