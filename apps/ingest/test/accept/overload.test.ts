import { MemoryWatch } from '@fanfare/redis';
import { limitMemory, startTestRedis } from '@fanfare/testkit';
import { afterEach, expect, test } from '@jest/globals';
import { type Offer, offer } from '../../src/accept/offer.ts';
import { OverloadGuard } from '../../src/accept/overload.ts';
import { readiness } from '../../src/http/readiness.ts';
import { NOW, privateDeps } from '../support/private-deps.ts';

const deps = await privateDeps();
afterEach(() => deps.redis.config('SET', 'maxmemory', '0'));

const MINUTE = 60_000;
const refused = { code: 'ERR_OVERLOADED', retryAfterS: 5 };

test('events are let in while there is room, however many of an app wait', async () => {
  const many = Array.from({ length: 10_200 }, (_, i) => `e${i}`);
  for (let i = 0; i < 10; i++) await deps.redis.rpush('{p0}:events-chat:wait', ...many);
  await deps.producer.addEvents(0, 'bulk', [{ key: 'e1' }]);
  deps.clock.advance(60 * MINUTE);
  await expect(new OverloadGuard(deps).check()).resolves.toBeUndefined();
});

/** The offers that a guard lets in now. */
const admit = async (guard: OverloadGuard, offers: readonly Offer[]) => guard.admit(offers, await guard.stops());

/** Fills Redis to this share of its memory, as the guard reads it next. */
async function fill(share: number): Promise<void> {
  await limitMemory(deps.redis, share);
  deps.clock.advance(1000);
}

const base = { sentAt: NOW, sender: { uid: 'alice' }, conversation: { type: 'user', id: 'bob' } };
const text = { id: '1', category: 'message', type: 'text', text: 'hi' };
const message = offer({ ...base, id: 'm', type: 'message.sent', message: text });
const call = offer({ ...base, id: 'c', type: 'call.initiated', call: { id: '9', sessionId: 's9', type: 'audio' } });

test('with Redis filled to 72 %, calls are let in and nothing else; to 98 %, nothing', async () => {
  const guard = new OverloadGuard(deps);
  deps.clock.advance(90 * MINUTE);
  // Beside which the buffers of earlier commands weigh little.
  await deps.redis.setbit('ballast', 200_000_000, 1);
  expect([message, call].every(({ parsed }) => parsed.ok)).toBe(true);
  await fill(0.68);
  expect(await admit(guard, [message, call])).toEqual([message, call]);
  await fill(0.72);
  await expect(admit(guard, [message, message])).rejects.toMatchObject(refused);
  expect(await admit(guard, [call])).toEqual([call]);
  expect(await admit(guard, [message, call])).toEqual([
    { id: message.id, parsed: { ok: false, error: expect.objectContaining(refused) } },
    call,
  ]);
  await fill(0.98);
  await expect(admit(guard, [message, call])).rejects.toMatchObject(refused);
});

test('a batch is counted once as refused, also when only its messages are', async () => {
  const guard = new OverloadGuard(deps);
  const refusals = async () =>
    Number(/^fanfare_refused_for_memory_total (\d+)/m.exec((await deps.metrics.render()).body)?.[1]);
  deps.clock.advance(100 * MINUTE);
  await deps.redis.setbit('ballast', 200_000_000, 1);
  await fill(0.72);
  const before = await refusals();
  await admit(guard, [message, call, message]);
  expect(await refusals()).toBe(before + 1);
  await admit(guard, [call]);
  expect(await refusals()).toBe(before + 1);
  await expect(admit(guard, [message, message])).rejects.toMatchObject(refused);
  expect(await refusals()).toBe(before + 2);
});

test('a full registry on another Redis refuses what adds to it, but no events, and readiness says so', async () => {
  await using other = await startTestRedis();
  const apart = { ...deps, registry: other.redis, registryMemory: new MemoryWatch(other.redis, deps.now, deps.log) };
  const guard = new OverloadGuard(apart);
  deps.clock.advance(110 * MINUTE);
  await expect(guard.checkGrowth()).resolves.toBeUndefined();
  await limitMemory(other.redis, 0.8);
  deps.clock.advance(1000);
  await expect(guard.checkGrowth()).rejects.toMatchObject(refused);
  expect(await admit(guard, [message, call])).toEqual([message, call]);
  const { ready, degraded, checks } = await readiness(apart);
  expect([ready, degraded, checks.memory?.ok, checks.registryMemory?.ok]).toEqual([true, true, true, false]);
});

test('none is let in while Redis is nearly full, and again a second after there is room', async () => {
  const guard = new OverloadGuard(deps);
  deps.clock.advance(120 * MINUTE);
  await limitMemory(deps.redis, 1 / 1.1);
  await expect(guard.check()).rejects.toMatchObject({ ...refused, message: 'Redis is nearly full' });
  await deps.redis.config('SET', 'maxmemory', '0');
  deps.clock.advance(1000);
  await expect(guard.check()).resolves.toBeUndefined();
});
