import { hostname } from 'node:os';
import { VERSION } from '@fanfare/runtime';
import { startTestRedis, until } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { readProcesses, readProcessSettings, startHeartbeat } from '../src/index.ts';

const fail = (error: Error) => {
  throw error;
};

test('a process is listed with what it does now while it runs, and no longer once it has stopped', async () => {
  await using own = await startTestRedis();
  let inFlight = 3;
  const facts = () => ({ providers: ['fcm'], inFlight });
  const settings = [{ name: 'PORT', value: '8080', isSet: false }];
  const options = { redis: own.redis, now: Date.now, settings, onError: fail, everyMs: 20 };
  const sender = startHeartbeat({ ...options, role: 'sender', facts });
  const ingest = startHeartbeat({ ...options, role: 'ingest' });
  const listed = await until(async () => {
    const all = await readProcesses(own.redis);
    return all.length === 2 ? all : undefined;
  }, 'both are listed');
  expect(listed.map(({ role }) => role)).toEqual(['ingest', 'sender']);
  expect(listed[1]).toMatchObject({
    role: 'sender',
    version: VERSION,
    host: hostname(),
    pid: process.pid,
    providers: ['fcm'],
    inFlight: 3,
  });
  const common = { host: hostname(), pid: process.pid, settings };
  expect(await readProcessSettings(own.redis)).toMatchObject([
    { role: 'ingest', ...common },
    { role: 'sender', ...common },
  ]);
  inFlight = 4;
  await until(async () => (await readProcesses(own.redis))[1]?.inFlight === 4, 'its facts follow');
  await Promise.all([sender.close(), ingest.close()]);
  expect(await readProcesses(own.redis)).toEqual([]);
  expect(await own.redis.keys('*')).toEqual([]);
});

test('the report of a process that was killed expires after fifteen seconds', async () => {
  await using own = await startTestRedis();
  const heartbeat = startHeartbeat({ redis: own.redis, role: 'sender', now: Date.now, onError: fail });
  const [record] = await until(async () => {
    const all = await readProcesses(own.redis);
    return all.length > 0 ? all : undefined;
  }, 'it is listed');
  for (const key of [`{p0}:process:${record?.id}`, '{p0}:processes']) {
    const ttl = await own.redis.pttl(key);
    expect(ttl).toBeGreaterThan(0);
    expect(ttl).toBeLessThanOrEqual(15_000);
  }
  await heartbeat.close();
});

test('what a process runs with is written once, and again only if Redis has lost it', async () => {
  await using own = await startTestRedis();
  let reports = 0;
  const facts = () => ({ inFlight: ++reports });
  const settings = [{ name: 'PORT', value: '8080', isSet: false }];
  const options = { redis: own.redis, now: Date.now, settings, facts, onError: fail, everyMs: 20 };
  const heartbeat = startHeartbeat({ ...options, role: 'sender' });
  const { id } = await until(async () => (await readProcesses(own.redis))[0], 'it is listed');
  const key = `{p0}:process:${id}:settings`;
  const written = JSON.stringify(settings);
  expect(await own.redis.get(key)).toBe(written);
  await own.redis.set(key, '[]', 'PX', 15_000);
  const before = reports;
  await until(async () => Number((await readProcesses(own.redis))[0]?.inFlight) > before + 1, 'it reports again');
  expect(await own.redis.get(key)).toBe('[]');
  await own.redis.persist(key);
  await until(async () => (await own.redis.pttl(key)) > 0, 'it is kept only while the process reports');
  await own.redis.del(key);
  await until(async () => (await own.redis.get(key)) === written, 'it is back');
  await heartbeat.close();
});
