import { replicate, startTestRedis, until } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { aMessage } from '../support/events.ts';
import { startSystem } from '../support/system.ts';

test('with REDIS_WAIT_REPLICAS a 202 waits for a replica, and without one a 503 asks for a repeat', async () => {
  const oneServer = 'a node of a cluster refuses REPLICAOF';
  const redis = await startTestRedis({ port: 0, oneServer });
  await using replica = await startTestRedis({ port: 0, oneServer });
  await using system = await startSystem({ redis, env: { REDIS_WAIT_REPLICAS: '1' } });
  const { backend } = system;
  const replicasCheck = async () => {
    const { body } = await backend.get('/readyz');
    return body.checks.replicas;
  };
  expect(await replicasCheck()).toEqual({ ok: false, detail: 'no replica, a 202 waits for 1' });
  const message = aMessage();
  const refused = await backend.post('/v3/events', message);
  expect(refused).toMatchObject({ status: 503, body: { error: { code: 'ERR_UNAVAILABLE' } } });
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);

  await replicate(replica, redis);
  await until(async () => (await replicasCheck()).ok, 'the replica is seen');
  expect(await replicasCheck()).toEqual({ ok: true, detail: '1 per primary, a 202 waits for 1' });
  const repeated = await backend.post('/v3/events', message);
  expect(repeated).toMatchObject({ status: 202, body: { data: { events: [{ status: 'duplicate' }] } } });
  expect(await system.done(message.id)).toMatchObject({ accepted: 1 });
  expect(await backend.post('/v3/events', [aMessage(), aMessage()])).toMatchObject({ status: 202 });
});
