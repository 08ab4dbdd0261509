import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Api } from '../support/api.ts';
import { ANDROID, addPushProviders, logIn, register } from '../support/devices.ts';
import { aCall, aGroupMessage, aMessage, uids } from '../support/events.ts';
import { BASIC_AUTH, createApp, type System, startSystem } from '../support/system.ts';

const PATH = '/v3/notifications/v1/logs';
const DAY = 24 * 3_600_000;
const EMPTY = { previous: null, current: { limit: 100, count: 0 }, next: null };

interface Row {
  _id: string;
  trigger: string;
  member: string;
  messageId?: string;
  provider?: string;
  reason?: string;
  processingStartedAtMS: number;
}
interface Page {
  data: Row[];
  meta: {
    previous: { affix: string; cursor: string } | null;
    current: { limit: number; count: number };
    next: { affix: string; cursor: string } | null;
  };
}

const page = async (backend: Api, query = ''): Promise<Page> => (await backend.get(`${PATH}?${query}`)).body;
const rows = async (backend: Api, query = ''): Promise<Row[]> => (await page(backend, query)).data;

/** All rows, page by page. */
async function walk(backend: Api, affix: string, limit: number, filter = ''): Promise<Row[]> {
  const all: Row[] = [];
  let cursor = '';
  for (;;) {
    const { data, meta } = await page(backend, `affix=${affix}&limit=${limit}${cursor}${filter}`);
    expect(data.length).toBeLessThanOrEqual(limit);
    expect(meta.current).toEqual({ limit, count: data.length });
    all.push(...data);
    if (!meta.next) return all;
    cursor = `&cursor=${meta.next.cursor}`;
  }
}

describe('with rows of every kind', () => {
  let system: System;
  let backend: Api;
  const group = Array.from({ length: 7 }, (_, i) =>
    aGroupMessage('hiking', { message: { id: `g-${i}`, text: 'hello' } }),
  );
  const direct = aMessage({ message: { id: 'd-1', text: 'secret' } });
  const refused = aMessage({ conversation: { type: 'user', id: 'rita' }, message: { id: 'd-2', text: 'hi' } });
  const image = aMessage({ message: { id: 'd-3', type: 'image' } });
  const call = aCall();
  const reaction = aGroupMessage('hiking', {
    type: 'reaction.added',
    sender: { uid: 'member-1' },
    message: undefined,
    reaction: { id: 'rx-1', reaction: '👍', messageId: 'g-0' },
  });
  /** A row for each of 9 members and dnd, of 7 messages; bob's three are two rows each (webhook, phone); and rita's. */
  const TOTAL = 7 * 10 + 3 * 2 + 1 + 1;

  beforeAll(async () => {
    system = await startSystem({ env: { FANOUT_SLICE: '4', QUEUE_SHARDS: '3' } });
    ({ backend } = system);
    await addPushProviders(system);
    await register(system, await logIn(system), ANDROID);
    await backend.put('/v3/groups/hiking', { name: 'Hiking group' });
    await backend.loadMembers('hiking', ['alice', 'dnd', ...uids(9)]);
    await backend.patch('/v3/notifications/v1/preferences?uid=dnd', { mutePreferences: { dnd: 2 } });
    system.hook.configure({ basicAuth: BASIC_AUTH, uids: { rita: { status: 400, body: 'never' } } });
    await backend.put(PATH, { enabled: true, days: 1, content: true });
    for (const event of [...group, direct, refused, image, call, reaction]) {
      await backend.post('/v3/events', event);
      await system.done(event.id);
    }
  });
  afterAll(() => system[Symbol.asyncDispose]());

  test('a row says what CometChat says, a token only by its beginning', async () => {
    const [row] = await rows(backend, 'messageId=d-1&provider=fcm');
    expect(row).toEqual({
      _id: expect.stringMatching(/^e[0-9a-z]+-\d+$/),
      component: 'notifications-core',
      processingStartedAtMS: expect.any(Number),
      processingEndedAtMS: expect.any(Number),
      totalProcessingTimeInMS: expect.any(Number),
      channel: 'push',
      provider: 'fcm',
      trigger: 'after_message',
      messageId: 'd-1',
      messageCategory: 'message',
      messageType: 'text',
      messageSentAtMS: direct.sentAt,
      sender: 'alice',
      receiver: 'bob',
      receiverType: 'user',
      member: 'bob',
      tokenType: 'fcm_android',
      pushToken: 'tok_andr…',
      providerId: 'fcm-1',
      payload: expect.objectContaining({ body: 'secret', receiver: 'bob' }),
      notificationTriggered: true,
      state: 'accepted',
    });
  });

  test('who was not notified has a row with the reason; a refusal the words', async () => {
    const [row] = await rows(backend, 'member=dnd&messageId=g-3');
    expect(row).toMatchObject({ notificationTriggered: false, reason: 'DND_PREFERENCE', receiver: 'hiking' });
    const [refusal] = await rows(backend, 'member=rita');
    expect(refusal).toMatchObject({ reason: 'rejected', detail: 'http_400: never', notificationTriggered: true });
  });

  test.each(['append', 'prepend'])('%s: walking all pages gives each row once, in order', async (affix) => {
    for (const limit of [1, 7, 100]) {
      const all = await walk(backend, affix, limit);
      expect(all).toHaveLength(TOTAL);
      expect(new Set(all.map(({ _id }) => _id)).size).toBe(TOTAL);
      const times = all.map(({ processingStartedAtMS }) => processingStartedAtMS);
      expect(times).toEqual(times.toSorted((a, b) => (affix === 'append' ? a - b : b - a)));
    }
  });

  test('the two directions are each other’s reverse, and a page is found again from behind', async () => {
    const ids = (some: Row[]) => some.map(({ _id }) => _id);
    const forward = ids(await walk(backend, 'append', 9));
    expect(ids(await walk(backend, 'prepend', 9))).toEqual(forward.toReversed());
    const first = await page(backend, 'affix=append&limit=9');
    const second = await page(backend, `affix=append&limit=9&cursor=${first.meta.next?.cursor}`);
    const { affix, cursor } = second.meta.previous ?? {};
    expect(ids(await rows(backend, `affix=${affix}&limit=9&cursor=${cursor}`))).toEqual(ids(first.data).toReversed());
  });

  test('new events while a log is walked back are not in the way', async () => {
    const before = await page(backend, 'limit=5&sender=alice');
    const event = aMessage({ sender: { uid: 'latecomer' }, conversation: { type: 'user', id: 'carol' } });
    await backend.post('/v3/events', event);
    await system.done(event.id);
    const next = await page(backend, `limit=5&sender=alice&cursor=${before.meta.next?.cursor}`);
    const seen = new Set(before.data.map(({ _id }) => _id));
    expect(next.data.filter(({ _id }) => seen.has(_id))).toEqual([]);
    expect(next.data).toHaveLength(5);
  });

  test.each<[string, number]>([
    ['messageId=d-1', 2],
    ['messageId=d-1,d-2', 3],
    ['messageId=d-1&messageId=d-2', 3],
    ['reactionId=rx-1', 1],
    ['reactionSender=member-1&reactionReceiver=alice', 1],
    ['messageCategory=call', 2],
    ['messageType=image', 2],
    ['trigger=initiated', 2],
    ['trigger=message_reaction_added', 1],
    ['trigger=after_group_joined', 0],
    ['sender=member-1', 1],
    ['receiver=hiking&receiverType=group&trigger=after_message', 70],
    ['receiver=hiking&receiverType=user', 0],
    ['member=dnd', 7],
    ['provider=fcm', 3],
    ['provider=sendgrid', 0],
    ['notificationTriggered=false', 7],
    ['reason=DND_PREFERENCE', 7],
    ['reason=DND_PREFERENCE,rejected', 8],
    ['success=false&notificationTriggered=true', 1],
    ['success=true&sender=alice', 7 * 9 + 3 * 2],
    ['channel=push&messageId=d-1', 2],
    ['channel=email', 0],
    [`from=${Date.now() + DAY}`, 0],
    ['to=1741847453000', 0],
  ])('filter %s: %i rows', async (filter, count) => {
    expect(await walk(backend, 'append', 100, `&${filter}`)).toHaveLength(count);
  });

  test('a time and a row by its id are found', async () => {
    const [one] = await rows(backend, 'messageId=d-2');
    expect(one).toBeDefined();
    expect(await rows(backend, `logId=${one?._id}`)).toEqual([one]);
    const [silent] = await rows(backend, 'member=dnd&limit=1');
    expect(await rows(backend, `logId=${encodeURIComponent(silent?._id ?? '')}`)).toEqual([silent]);
    expect(await rows(backend, 'logId=no-such-row')).toEqual([]);
    const at = one?.processingStartedAtMS;
    expect(await rows(backend, `from=${at}&to=${at}`)).toContainEqual(one);
  });

  test('texts only where the app asked for them', async () => {
    await backend.put(PATH, { enabled: true });
    const all = await backend.get(`${PATH}?limit=1000`);
    expect(all.body.data.length).toBeGreaterThanOrEqual(TOTAL);
    expect(JSON.stringify(all.body)).not.toContain('secret');
  });

  test('another app sees none of it', async () => {
    const other = await createApp(system.admin, system.url, 'other');
    await other.put(PATH, { enabled: true });
    expect(await page(other)).toEqual({ data: [], meta: EMPTY });
  });

  test.each<[string, string]>([
    ['receiverType', 'receiver=hiking'],
    ['trigger[0]', 'trigger=message.sent'],
    ['affix', 'affix=middle'],
    ['limit', 'limit=0'],
    ['from', 'from=yesterday'],
    ['success', 'success=perhaps'],
    ['cursor', 'cursor=bm90LW91cnM'],
  ])('what is wrong is named: %s', async (field, query) => {
    const { status, body } = await backend.get(`${PATH}?${query}`);
    expect([status, body.error.message.split(':')[0]]).toEqual([400, field]);
  });
});

test('a filter that fits little reads a bounded part at a time, and finds it all the same', async () => {
  await using system = await startSystem({ env: { FANOUT_SLICE: '2' } });
  const { backend } = system;
  await backend.put('/v3/groups/hiking', {});
  await backend.loadMembers('hiking', ['alice', ...uids(300)]);
  await backend.put(PATH, { enabled: true });
  const event = aGroupMessage('hiking');
  await backend.post('/v3/events', event);
  await system.done(event.id);
  const first = await page(backend, 'affix=append&member=member-99');
  expect(first).toMatchObject({ data: [], meta: { next: { affix: 'append' } } });
  expect((await walk(backend, 'append', 10, '&member=member-99')).map(({ member }) => member)).toEqual(['member-99']);
  expect(await walk(backend, 'prepend', 10)).toHaveLength(300);
});
