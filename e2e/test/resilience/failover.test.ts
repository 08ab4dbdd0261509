import { startTcpProxy, startTestRedis, type TestRedis, until } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { aMessage } from '../support/events.ts';
import { startSystem } from '../support/system.ts';

/** Makes `to` the primary, with all that `from` has stored, and `from` its replica. */
async function swap(from: TestRedis, to: TestRedis): Promise<void> {
  const [old, new_] = [new URL(from.url), new URL(to.url)];
  await to.redis.config('SET', 'requirepass', old.password, 'masterauth', old.password);
  await from.redis.config('SET', 'masterauth', old.password);
  await to.redis.replicaof(old.hostname, old.port);
  await until(async () => (await to.redis.info('replication')).includes('master_link_status:up'), 'it has caught up');
  await to.redis.replicaof('NO', 'ONE');
  await from.redis.replicaof(new_.hostname, new_.port);
}

test('after a failover behind one address everything goes on without a restart', async () => {
  const oneServer = 'its proxy is an address in front of two';
  await using first = await startTestRedis({ port: 0, oneServer });
  await using second = await startTestRedis({ port: 0, oneServer });
  await using proxy = await startTcpProxy(first.url);
  await using system = await startSystem({ redis: { ...first, url: proxy.through(first.url) } });
  const before = aMessage();
  await system.backend.post('/v3/events', before);
  expect(await system.done(before.id)).toMatchObject({ accepted: 1 });

  await swap(first, second);
  proxy.pointTo(second.url);
  const after = aMessage();
  await until(async () => (await system.backend.post('/v3/events', after)).status === 202, 'ingest takes events again');
  expect(await system.done(after.id)).toMatchObject({ accepted: 1 });
  expect((await fetch(`${system.url}/readyz`)).status).toBe(200);
}, 90_000);
