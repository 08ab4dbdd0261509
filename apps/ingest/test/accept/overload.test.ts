import { afterEach, expect, test } from '@jest/globals';
import { OverloadGuard } from '../../src/accept/overload.ts';
import { privateDeps } from '../support/private-deps.ts';

const deps = await privateDeps();
afterEach(() => deps.redis.config('SET', 'maxmemory', '0'));

const MINUTE = 60_000;
const refused = { code: 'ERR_OVERLOADED', retryAfterS: 5 };

test('events are let in while there is room and nothing waits for long', async () => {
  await deps.producer.addEvents(0, 'chat', ['e1']);
  await expect(new OverloadGuard(deps).check()).resolves.toBeUndefined();
});

test('none is let in while Redis is nearly full, and again a second after there is room', async () => {
  const guard = new OverloadGuard(deps);
  const used = Number(/used_memory:(\d+)/.exec(await deps.redis.info('memory'))?.[1]);
  deps.clock.advance(5 * MINUTE);
  await deps.redis.config('SET', 'maxmemory', String(Math.floor(used * 1.1)));
  await expect(guard.check()).rejects.toMatchObject({ ...refused, message: 'Redis is nearly full' });
  await deps.redis.config('SET', 'maxmemory', '0');
  deps.clock.advance(1000);
  await expect(guard.check()).resolves.toBeUndefined();
});

test('none is let in once the oldest has waited for 15 minutes, of whatever lane', async () => {
  await deps.producer.addEvents(0, 'bulk', ['e1']);
  deps.clock.advance(14 * MINUTE);
  await expect(new OverloadGuard(deps).check()).resolves.toBeUndefined();
  deps.clock.advance(2 * MINUTE);
  await expect(new OverloadGuard(deps).check()).rejects.toMatchObject(refused);
});

test('none is let in while too many wait', async () => {
  const wait = '{p0}:events-chat:wait';
  const many = Array.from({ length: 10_001 }, (_, i) => `e${i}`);
  for (let i = 0; i < 10; i++) await deps.redis.rpush(wait, ...many);
  await expect(new OverloadGuard(deps).check()).rejects.toMatchObject({
    ...refused,
    message: 'too many events are waiting',
  });
});

test('the backlog is looked at once a second, however often it is asked for', async () => {
  const guard = new OverloadGuard(deps);
  expect((await guard.backlog()).waiting).toBe(0);
  await deps.producer.addEvents(0, 'chat', ['e1', 'e2']);
  expect((await guard.backlog()).waiting).toBe(0);
  deps.clock.advance(1000);
  expect((await guard.backlog()).waiting).toBe(2);
});
