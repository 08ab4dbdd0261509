import { startTestRedis } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { type Gate, hold, openGate, publishRefusals, readHeldState, TOKENS_GUARDED } from '../../src/index.ts';
import { APP, HOUR, NOW, planned, users } from '../support/events.ts';
import { DOWN, GATE } from '../support/gates.ts';

const OPENING = { ...DOWN, leastMs: 5000 };
const NONE = { call: 0, chat: 0, bulk: 0 };

test('an open breaker shows why, since when, until when and what is held for it', async () => {
  await using own = await startTestRedis();
  const ref = await planned(own.redis, users(4));
  await openGate(own.redis, 0, GATE, OPENING);
  const holding = { ref, ordinals: [0, 1, 2], deadlineAt: NOW + HOUR, job: {} };
  await hold(own.redis, 0, GATE, [holding], { now: NOW, reason: 'open' });
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
  const gate: Gate = { ...GATE, provider: 'custom', lane: 'bulk' };
  const holding = { ref, ordinals: [0, 1], deadlineAt: NOW + HOUR, job: {} };
  await hold(own.redis, 0, gate, [holding], { now: NOW, reason: 'busy' });
  expect(await readHeldState(own.redis, 1)).toEqual({ breakers: [], held: { ...NONE, bulk: 2 } });
});

test('a credential is shown by its id, over all systems and versions of the app', async () => {
  await using own = await startTestRedis();
  for (const name of ['main|ios|7', 'main|android|7']) {
    const ref = await planned(own.redis, users(1), { id: name });
    const gate: Gate = { lane: 'call', appId: APP, provider: 'fcm', name };
    await openGate(own.redis, 0, gate, { ...OPENING, reason: 'UNAUTHENTICATED' });
    const holding = { ref, ordinals: [0], deadlineAt: NOW + HOUR, job: {} };
    await hold(own.redis, 0, gate, [holding], { now: NOW, reason: 'open' });
  }
  const { breakers } = await readHeldState(own.redis, 1);
  expect(breakers).toMatchObject([{ provider: 'fcm', target: 'credential', name: 'main', held: { ...NONE, call: 2 } }]);
});

test('a guarded credential that also refuses is shown as both, and only the refusal has deliveries held', async () => {
  await using own = await startTestRedis();
  const ref = await planned(own.redis, users(1));
  const main = { appId: APP, provider: 'fcm' as const, name: 'main' };
  const gate: Gate = { lane: 'call', ...main, name: 'main|ios|7' };
  await openGate(own.redis, 0, gate, { ...OPENING, reason: 'UNAUTHENTICATED' });
  const holding = { ref, ordinals: [0], deadlineAt: NOW + HOUR, job: {} };
  await hold(own.redis, 0, gate, [holding], { now: NOW, reason: 'open' });
  const guard = { ...main, reason: TOKENS_GUARDED, since: NOW - 5000 };
  const refused = { ...main, reason: 'UNAUTHENTICATED', since: NOW - 1000 };
  const of = (reason: string) => expect.objectContaining({ ...main, reason });
  for (const reported of [[guard], [guard, refused], [refused, guard]]) {
    await publishRefusals(own.redis, 'sender-1', reported, NOW);
    const { breakers } = await readHeldState(own.redis, 1);
    expect(breakers).toHaveLength(2);
    expect(breakers).toEqual(expect.arrayContaining([of('UNAUTHENTICATED'), of(TOKENS_GUARDED)]));
    expect(breakers.find(({ reason }) => reason === TOKENS_GUARDED)).toMatchObject({ since: NOW - 5000, held: NONE });
    expect(breakers.find(({ reason }) => reason !== TOKENS_GUARDED)).toMatchObject({ held: { ...NONE, call: 1 } });
  }
});
