import type { PlannedRecipient } from '@fanfare/core';
import { findEvent, planSlice, settle } from '@fanfare/ledger';
import { expect, test } from '@jest/globals';
import { privateIngest } from '../support/private-ingest.ts';

const { deps, backend } = await privateIngest();
const { clock } = deps;

const message = (id: string, over: object = {}) => ({
  id,
  type: 'message.sent',
  sentAt: clock.now(),
  sender: { uid: 'alice' },
  conversation: { type: 'user', id: 'bob' },
  message: { id: `msg-${id}`, text: 'hi' },
  ...over,
});

/** Posts events one millisecond apart. */
async function post(...events: object[]) {
  for (const event of events) {
    clock.set(clock.now() + 1);
    expect((await backend('POST', '/v3/events', event)).status).toBe(202);
  }
}

async function list(query: Record<string, string> = {}) {
  const { status, body } = await backend('GET', `/v3/events?${new URLSearchParams(query)}`);
  expect(status).toBe(200);
  return { ids: body.data.map(({ id }: { id: string }) => id), meta: body.meta, data: body.data };
}

test('events are listed newest first, although the log is off', async () => {
  await post(message('a'), message('b', { sender: { uid: 'carol' } }));
  const { ids, data, meta } = await list();
  expect(ids).toEqual(['b', 'a']);
  expect(meta).toEqual({ looked: 2, lookedTo: clock.now() - 1 });
  expect(data[0]).toMatchObject({
    type: 'message.sent',
    receivedAt: clock.now(),
    lane: 'chat',
    sender: 'carol',
    conversation: { type: 'user', id: 'bob' },
    messageId: 'msg-b',
    state: 'expanding',
    counts: { audience: 0, pending: 0 },
  });
  expect((await backend('GET', '/v3/notifications/v1/logs')).body.data).toEqual([]);
});

test('filters match type, sender, conversation, state and time; several values are alternatives', async () => {
  const call = { sessionId: 's1', type: 'audio' };
  await post(message('a'), message('b', { sender: { uid: 'carol' }, conversation: { type: 'group', id: 'hiking' } }), {
    ...message('c'),
    type: 'call.initiated',
    message: undefined,
    call,
  });
  const at = clock.now();
  expect((await list({ type: 'call.initiated' })).ids).toEqual(['c']);
  expect((await list({ type: 'call.initiated,message.sent' })).ids).toEqual(['c', 'b', 'a']);
  expect((await list({ sender: 'carol' })).ids).toEqual(['b']);
  expect((await list({ conversation: 'hiking' })).ids).toEqual(['b']);
  expect((await list({ conversation: 'group_hiking' })).ids).toEqual(['b']);
  expect((await list({ conversation: 'alice_user_bob' })).ids).toEqual(['c', 'a']);
  expect((await list({ state: 'done' })).ids).toEqual([]);
  expect((await list({ state: 'expanding' })).ids).toEqual(['c', 'b', 'a']);
  expect((await list({ state: 'expanding', sender: 'carol' })).ids).toEqual(['b']);
  expect(await list({ state: 'delivering' })).toMatchObject({ ids: [], meta: { looked: 3, lookedTo: at - 2 } });
  expect((await list({ from: String(at - 1), to: String(at - 1) })).ids).toEqual(['b']);
  expect((await list({ sender: 'carol', type: 'call.initiated' })).ids).toEqual([]);
});

test('an event and a message are looked up by id, whatever lies before them', async () => {
  await post(message('a'), message('b'), message('c'));
  for (const query of [{ id: 'a' }, { messageId: 'msg-a' }]) {
    const { ids, meta } = await list(query as Record<string, string>);
    expect([ids, meta.looked]).toEqual([['a'], 1]);
  }
  expect(await list({ id: 'a', sender: 'carol' })).toMatchObject({ ids: [] });
  expect(await list({ messageId: 'none' })).toMatchObject({ ids: [], meta: { looked: 0 } });
});

test('pages are complete and repeat nothing, with a filter or without', async () => {
  const all = Array.from({ length: 25 }, (_, i) => message(`m${i}`, { sender: { uid: i % 3 ? 'alice' : 'carol' } }));
  await post(...all);
  for (const query of [{}, { sender: 'carol' }]) {
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await list({ ...query, limit: '4', ...(cursor ? { cursor } : {}) });
      expect(page.ids.length).toBeLessThanOrEqual(4);
      seen.push(...page.ids);
      cursor = page.meta.cursor;
    } while (cursor);
    const wanted = all.filter(({ sender }) => !('sender' in query) || (sender as { uid: string }).uid === 'carol');
    expect(seen).toEqual(wanted.map(({ id }) => id).reverse());
  }
});

test('a request looks at two thousand events, and says how far it came', async () => {
  await post(message('needle', { sender: { uid: 'carol' } }));
  const needleAt = clock.now();
  clock.set(needleAt + 10);
  const hay = Array.from({ length: 2100 }, (_, i) => message(`h${i}`));
  for (let from = 0; from < hay.length; from += 700) await backend('POST', '/v3/events', hay.slice(from, from + 700));
  const first = await list({ sender: 'carol' });
  expect(first).toMatchObject({ ids: [], meta: { looked: 2000, lookedTo: clock.now() } });
  const second = await list({ sender: 'carol', cursor: first.meta.cursor });
  expect(second).toMatchObject({ ids: ['needle'], meta: { looked: 101, lookedTo: needleAt } });
  expect(second.meta.cursor).toBeUndefined();
});

test('a bad filter or cursor is refused by name', async () => {
  for (const [query, field] of [
    ['type=message', 'type'],
    ['state=open', 'state'],
    ['cursor=AAAA', 'cursor'],
    ['since=1', 'since'],
  ]) {
    const { status, body } = await backend('GET', `/v3/events?${query}`);
    expect([status, body.error.message]).toEqual([400, expect.stringContaining(`${field}`)]);
  }
});

/** An event to five users: two suppressed, one accepted, one rejected, one pending. */
async function planned() {
  await post(message('plan', { conversation: { type: 'group', id: 'hiking' } }));
  const ref = await findEvent(deps.redis, 'demo', 'plan', clock.now());
  if (!ref) throw new Error('not stored');
  const send = (uid: string, provider: 'fcm' | 'custom'): PlannedRecipient => ({
    kind: 'send',
    uid,
    targets: [provider === 'fcm' ? { provider, deviceId: `${uid}-phone`, providerId: 'main' } : { provider }],
  });
  const recipients: PlannedRecipient[] = [
    { kind: 'suppress', uid: 'u0', reason: 'MUTE_PREFERENCE', detail: 'forever' },
    send('u1', 'fcm'),
    { kind: 'suppress', uid: 'u2', reason: 'NO_TARGET' },
    send('u3', 'custom'),
    send('u4', 'custom'),
  ];
  await planSlice(deps.redis, ref, 'demo', 0, { first: 0, cursor: '', last: true, recipients, packSize: 1 });
  const deadLetter = { eventId: 'plan', uid: 'u3', provider: 'custom' as const, reason: 'http_400', attempts: 1 };
  await settle(
    deps.redis,
    ref,
    'demo',
    [
      { ordinal: 0, provider: 'fcm', state: 'accepted' },
      { ordinal: 1, provider: 'custom', state: 'rejected', deadLetter: { ...deadLetter, detail: 'no such user' } },
    ],
    clock.now(),
  );
}

async function recipients(query: Record<string, string> = {}) {
  const { body } = await backend('GET', `/v3/events/plan/recipients?${new URLSearchParams(query)}`);
  return { uids: body.data.map(({ uid }: { uid: string }) => uid), ...body };
}

test('the recipients of an event are listed with what was decided, and how it ended', async () => {
  await planned();
  expect((await recipients()).data).toEqual([
    { uid: 'u0', decision: 'suppressed', reason: 'MUTE_PREFERENCE' },
    { uid: 'u1', decision: 'sent', provider: 'fcm', deviceId: 'u1-phone', state: 'accepted' },
    { uid: 'u2', decision: 'suppressed', reason: 'NO_TARGET' },
    {
      uid: 'u3',
      decision: 'sent',
      provider: 'custom',
      state: 'rejected',
      reason: 'http_400',
      detail: 'no such user',
    },
    { uid: 'u4', decision: 'sent', provider: 'custom', state: 'pending' },
  ]);
});

test('recipients are filtered by decision, state, provider and reason', async () => {
  await planned();
  expect((await recipients({ decision: 'suppressed' })).uids).toEqual(['u0', 'u2']);
  expect((await recipients({ state: 'accepted,pending' })).uids).toEqual(['u1', 'u4']);
  expect((await recipients({ provider: 'custom' })).uids).toEqual(['u3', 'u4']);
  expect((await recipients({ reason: 'http_400' })).uids).toEqual(['u3']);
  expect((await recipients({ reason: 'NO_TARGET,http_400' })).uids).toEqual(['u2', 'u3']);
});

test('recipients come in pages, each once', async () => {
  await planned();
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await recipients({ limit: '2', ...(cursor ? { cursor } : {}) });
    seen.push(...page.uids);
    cursor = page.meta.cursor;
  } while (cursor);
  expect(seen).toEqual(['u0', 'u1', 'u2', 'u3', 'u4']);
  expect((await backend('GET', '/v3/events/plan/recipients?cursor=x')).status).toBe(400);
  expect((await backend('GET', '/v3/events/none/recipients')).status).toBe(404);
});

test('an event whose record a newer version wrote is left out of lists and logs, and counted', async () => {
  await backend('PUT', '/v3/notifications/v1/logs', { enabled: true });
  await post(message('a'), message('newer'), message('c'));
  const ref = await findEvent(deps.queueRedis, 'demo', 'newer', clock.now());
  const record = `{p0}:ev:${ref?.key}`;
  await deps.queueRedis.hdel(record, 'app', 'lane', 'ev', 'exp', 'slice');
  await deps.queueRedis.hset(record, 'z', '9');
  expect((await list()).ids).toEqual(['c', 'a']);
  expect((await list({ id: 'newer' })).ids).toEqual([]);
  expect((await backend('GET', '/v3/notifications/v1/logs')).status).toBe(200);
  expect((await deps.metrics.render()).body).toMatch(/^fanfare_unreadable_records_total 3$/m);
});
