import * as fanout from '@fanfare/fanout/app';
import { until } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { type ChatBackend, SECRET, startChatBackend } from '../support/chat-backend.ts';
import { aGroupMessage, uids } from '../support/events.ts';
import { startProcess } from '../support/process.ts';
import { BASIC_AUTH, createApp, type System, startSystem } from '../support/system.ts';

const SETTINGS = '/v3/notifications/v1/settings';
const SHORT = { deadlines: { message: { leaveMs: 2000, holdMs: 0 } } };

const pullFrom = ({ backend }: System, { url }: ChatBackend, more: object = {}) =>
  backend.patch(SETTINGS, { membership: { url, secret: SECRET }, ...more });
const once = (people: readonly string[]) => Object.fromEntries(people.map((uid) => [uid, 1]));
const inOrder = (people: string[]) => people.sort((a, b) => (a < b ? -1 : 1));
const told = (system: System) => system.hook.counts({ byUid: true }).byUid;

/** Has the backend be down while it answers these requests, counted from 1. */
function downAt(source: ChatBackend, ...numbers: number[]): void {
  const { answer } = source;
  source.answer = (guid, cursor) => {
    source.up = !numbers.includes(source.queries.length);
    return answer(guid, cursor);
  };
}

/** A fanout of the system's whose log is read. */
async function startReadable(system: System) {
  const lines: { fields: Record<string, unknown>; name: string }[] = [];
  const write = (fields: Record<string, unknown>, name: string) => void lines.push({ fields, name });
  const log = { error: write, warn: write, info: write, debug: write } as never;
  const app = await fanout.start(fanout.readConfig(system.env), { log });
  return { lines, [Symbol.asyncDispose]: () => app.close() };
}

test('a page that fails is asked for again, and no one is notified twice', async () => {
  await using source = await startChatBackend();
  await using system = await startSystem();
  await pullFrom(system, source);
  source.groups.set('hiking', ['alice', ...uids(10)]);
  downAt(source, 1, 3, 4);
  const event = aGroupMessage('hiking');
  await system.backend.post('/v3/events', event);
  expect(await system.done(event.id)).toMatchObject({ audience: 10, accepted: 10 });
  expect(told(system)).toEqual(once(uids(10)));
  expect(source.queries).toHaveLength(4 + 3);
});

test('a fanout that is killed on the way goes on where it was', async () => {
  await using source = await startChatBackend(7);
  await using system = await startSystem({ apps: ['sender'] });
  const env = { ...system.env, FANOUT_SLICE: '2' };
  const members = inOrder(uids(300));
  await pullFrom(system, source);
  source.groups.set('large', members);
  const event = aGroupMessage('large');
  await using killed = await startProcess('fanout', env);
  await system.backend.post('/v3/events', event);
  await until(() => system.hook.counts().received >= 30, 'slices are being sent');
  await killed.kill();
  // The first on a page that was left behind, and the last: their places do not matter.
  source.groups.set('large', members.slice(1, -1));
  await using _resumed = await startProcess('fanout', env);
  expect(await system.done(event.id, 60_000)).toMatchObject({ audience: 299, planned: 299, accepted: 299 });
  expect(told(system)).toEqual(once(members.slice(0, -1)));
}, 120_000);

test('an event whose members never come ends at its deadline, and the log says why, without the secret', async () => {
  await using source = await startChatBackend();
  await using system = await startSystem({ apps: ['sender'] });
  await using worker = await startReadable(system);
  await pullFrom(system, source, SHORT);
  source.up = false;
  const event = aGroupMessage('hiking');
  await system.backend.post('/v3/events', event);
  expect(await system.done(event.id)).toMatchObject({ audience: 0, planned: 0 });
  const about = { appId: 'app123', guid: 'hiking', eventId: event.id };
  expect(worker.lines).toContainEqual({ name: 'membership.not_read', fields: { ...about, reason: 'http_503' } });
  expect(worker.lines).toContainEqual({ name: 'membership.cut_short', fields: { ...about, reason: 'too_late' } });
  expect(JSON.stringify(worker.lines)).not.toContain(SECRET.slice('whsec_'.length));
});

test('an event whose group is told in part ends with that part, and no size is learnt from it', async () => {
  await using source = await startChatBackend();
  await using system = await startSystem();
  source.groups.set('hiking', uids(7)).set('duo', ['bob', 'carol']);
  const { answer } = source;
  source.answer = (guid, cursor) => {
    source.up = guid !== 'hiking' || cursor === '';
    return answer(guid, cursor);
  };
  for (let i = 1; i <= 2; i++) {
    await pullFrom(system, source, { deadlines: null });
    // A backend that failed is left alone for a while: over when it has answered again.
    const before = aGroupMessage('duo');
    await system.backend.post('/v3/events', before);
    expect(await system.done(before.id)).toMatchObject({ audience: 2 });
    await pullFrom(system, source, { ...SHORT, maxGroupSize: 2 });
    const event = aGroupMessage('hiking');
    await system.backend.post('/v3/events', event);
    expect(await system.done(event.id)).toMatchObject({ audience: 3, planned: 3, suppressed: {} });
  }
});

test.each([
  ['the same', () => 'x', 2],
  ['one of the pages before', (cursor: string) => ({ '': 'a', a: 'b', b: 'c', c: 'a' })[cursor] ?? '', 8],
])('a backend whose cursor is always %s does not go on forever', async (_what, next, most) => {
  await using source = await startChatBackend();
  await using system = await startSystem({ apps: ['sender'] });
  await using worker = await startReadable(system);
  await pullFrom(system, source);
  source.answer = (_guid, cursor) => ({ members: [`on-page-${cursor}`], cursor: next(cursor) });
  const event = aGroupMessage('hiking');
  await system.backend.post('/v3/events', event);
  const { audience } = await system.done(event.id);
  expect(audience).toBeLessThanOrEqual(most);
  expect(source.queries).toHaveLength(audience);
  expect(worker.lines).toContainEqual({
    name: 'membership.cut_short',
    fields: { appId: 'app123', guid: 'hiking', eventId: event.id, reason: 'cursor_repeats' },
  });
});

test('empty pages are skipped', async () => {
  await using source = await startChatBackend();
  await using system = await startSystem();
  await pullFrom(system, source);
  const pages: Record<string, { members: string[]; cursor?: string }> = {
    '': { members: [], cursor: 'a' },
    a: { members: ['bob'], cursor: 'b' },
    b: { members: ['alice'], cursor: 'c' },
    c: { members: [] },
  };
  source.answer = (_guid, cursor) => pages[cursor] ?? { members: ['not-asked-for'] };
  const event = aGroupMessage('hiking');
  await system.backend.post('/v3/events', event);
  expect(await system.done(event.id)).toMatchObject({ audience: 1, accepted: 1 });
  expect(told(system)).toEqual({ bob: 1 });
});

test('the backend of one app that hangs leaves another app its share of the fan-out', async () => {
  await using source = await startChatBackend();
  await using system = await startSystem({ env: { FANOUT_CONCURRENCY_CHAT: '16' } });
  await pullFrom(system, source);
  const other = await createApp(system.admin, system.url, 'other');
  await other.post('/v3/notifications/push/v1/providers/custom', {
    webhookURL: `${system.hooks.url}/webhook/hook`,
    useBasicAuth: true,
    basicAuthUsername: BASIC_AUTH.username,
    basicAuthPassword: BASIC_AUTH.password,
  });
  await other.put('/v3/groups/hiking', {});
  await other.loadMembers('hiking', ['alice', 'bob']);
  source.hang = true;
  const stuck = Array.from({ length: 40 }, (_, i) => aGroupMessage(`group-${i}`));
  await system.backend.post('/v3/events', stuck);
  await until(() => source.queries.length >= 8, 'the backend is being asked');
  const event = aGroupMessage('hiking');
  await other.post('/v3/events', event);
  const done = async () => (await other.get(`/v3/events/${event.id}`)).body.data.state === 'done';
  await until(done, 'the other app is served');
  // All 16 places would be taken otherwise.
  expect(source.queries.length).toBeLessThan(16);
  expect(told(system)).toEqual({ bob: 1 });
});
