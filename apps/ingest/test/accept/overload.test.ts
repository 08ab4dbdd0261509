import { afterEach, expect, test } from '@jest/globals';
import { OverloadGuard } from '../../src/accept/overload.ts';
import { privateDeps } from '../support/private-deps.ts';

const deps = await privateDeps();
afterEach(() => deps.redis.config('SET', 'maxmemory', '0'));

const MINUTE = 60_000;
const refused = { code: 'ERR_OVERLOADED', retryAfterS: 5 };

test('events are let in while there is room, however many of an app wait', async () => {
  const many = Array.from({ length: 10_200 }, (_, i) => `e${i}`);
  for (let i = 0; i < 10; i++) await deps.redis.rpush('{p0}:events-chat:wait', ...many);
  await deps.producer.addEvents(0, 'bulk', ['e1']);
  deps.clock.advance(60 * MINUTE);
  await expect(new OverloadGuard(deps).check()).resolves.toBeUndefined();
});

test('none is let in while Redis is nearly full, and again a second after there is room', async () => {
  const guard = new OverloadGuard(deps);
  const used = Number(/used_memory:(\d+)/.exec(await deps.redis.info('memory'))?.[1]);
  deps.clock.advance(120 * MINUTE);
  await deps.redis.config('SET', 'maxmemory', String(Math.floor(used * 1.1)));
  await expect(guard.check()).rejects.toMatchObject({ ...refused, message: 'Redis is nearly full' });
  await deps.redis.config('SET', 'maxmemory', '0');
  deps.clock.advance(1000);
  await expect(guard.check()).resolves.toBeUndefined();
});
