import { startTestRedis } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { type Gate, hold, openGate, publishRefusals, readHeldState } from '../../src/index.ts';
import { APP, HOUR, NOW, planned, users } from '../support/events.ts';

const WEBHOOK: Gate = { lane: 'chat', appId: APP, provider: 'custom', name: 'https://chat.example.com#0a' };
const DOWN = { now: NOW, reason: 'http_503', leastMs: 5000, mostMs: 60_000 };
const NONE = { call: 0, chat: 0, bulk: 0 };

test('an open breaker shows why, since when, until when and what is held for it', async () => {
  await using own = await startTestRedis();
  const ref = await planned(own.redis, users(4));
  await openGate(own.redis, 0, WEBHOOK, DOWN);
  const holding = { ref, ordinals: [0, 1, 2], deadlineAt: NOW + HOUR, job: {} };
  await hold(own.redis, 0, WEBHOOK, [holding], { now: NOW, reason: 'open' });
  const breaker = { appId: APP, provider: 'custom', target: 'endpoint', name: 'https://chat.example.com' };
  const held = { ...NONE, chat: 3 };
  expect(await readHeldState(own.redis, 1)).toEqual({
    breakers: [{ ...breaker, reason: 'http_503', since: NOW, until: NOW + 5000, held, waiting: 4 }],
    held,
  });
  // A sender that saw it earlier reports the same.
  const seen = { appId: APP, provider: 'custom' as const, name: 'https://chat.example.com', reason: 'http_503' };
  await publishRefusals(own.redis, 'sender-1', [{ ...seen, since: NOW - 9000 }], NOW);
  expect((await readHeldState(own.redis, 1)).breakers).toEqual([
    { ...breaker, reason: 'http_503', since: NOW - 9000, until: NOW + 5000, held, waiting: 4 },
  ]);
});

test('deliveries that wait behind a closed gate are held, but no breaker', async () => {
  await using own = await startTestRedis();
  const ref = await planned(own.redis, users(2));
  const gate: Gate = { ...WEBHOOK, provider: 'custom', lane: 'bulk' };
  const holding = { ref, ordinals: [0, 1], deadlineAt: NOW + HOUR, job: {} };
  await hold(own.redis, 0, gate, [holding], { now: NOW, reason: 'busy' });
  expect(await readHeldState(own.redis, 1)).toEqual({ breakers: [], held: { ...NONE, bulk: 2 } });
});

test('a credential is shown by its id, over all systems and versions of the app', async () => {
  await using own = await startTestRedis();
  for (const name of ['main|ios|7', 'main|android|7']) {
    const ref = await planned(own.redis, users(1), { id: name });
    const gate: Gate = { lane: 'call', appId: APP, provider: 'fcm', name };
    await openGate(own.redis, 0, gate, { ...DOWN, reason: 'UNAUTHENTICATED' });
    const holding = { ref, ordinals: [0], deadlineAt: NOW + HOUR, job: {} };
    await hold(own.redis, 0, gate, [holding], { now: NOW, reason: 'open' });
  }
  const { breakers } = await readHeldState(own.redis, 1);
  expect(breakers).toMatchObject([{ provider: 'fcm', target: 'credential', name: 'main', held: { ...NONE, call: 2 } }]);
});
