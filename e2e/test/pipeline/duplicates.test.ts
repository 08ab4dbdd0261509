import { expect, test } from '@jest/globals';
import type { Answer } from '../support/api.ts';
import { aGroupMessage, aMessage, uids } from '../support/events.ts';
import { PACK_SIZES, packsOf } from '../support/packs.ts';
import { acceptedDeliveries } from '../support/received.ts';
import { startSystem } from '../support/system.ts';

const statuses = (answers: Answer[]): string[] =>
  answers.flatMap(({ body }) => body.data.events).map((event) => event.status);

test('the same event posted twice is delivered once; the second answer says duplicate', async () => {
  await using system = await startSystem();
  const event = aMessage();
  const answers = [await system.backend.post('/v3/events', event), await system.backend.post('/v3/events', event)];
  expect(answers.map((answer) => answer.status)).toEqual([202, 202]);
  expect(statuses(answers)).toEqual(['accepted', 'duplicate']);
  expect(await system.done(event.id)).toMatchObject({ audience: 1, accepted: 1 });
  expect(await acceptedDeliveries(system)).toBe(1);
});

test.each(PACK_SIZES)('posted 20 at once it is accepted once, and delivered once, %i per job', async (size) => {
  await using system = await startSystem({ env: packsOf(size) });
  await system.backend.put('/v3/groups/club', {});
  await system.backend.loadMembers('club', uids(30));
  const event = aGroupMessage('club');
  const answers = await Promise.all(Array.from({ length: 20 }, () => system.backend.post('/v3/events', event)));
  const count = (status: string) => statuses(answers).filter((each) => each === status).length;
  expect([count('accepted'), count('duplicate')]).toEqual([1, 19]);
  expect(await system.done(event.id)).toMatchObject({ planned: 30, accepted: 30 });
  const marker = aMessage();
  await system.backend.post('/v3/events', marker);
  await system.done(marker.id);
  expect(await acceptedDeliveries(system)).toBe(31);
});

test('the id decides, whatever the body; and the same id in another batch or app is another matter', async () => {
  await using system = await startSystem({ env: { QUEUE_SHARDS: '4' } });
  const event = aMessage();
  const other = { ...aMessage({ conversation: { type: 'user', id: 'carol' } }), id: event.id };
  const batch = await system.backend.post('/v3/events', [event, other, aMessage()]);
  expect(statuses([batch])).toEqual(['accepted', 'duplicate', 'accepted']);
  expect(await system.done(event.id)).toMatchObject({ audience: 1, accepted: 1 });
  expect(system.hook.counts({ byUid: true }).byUid).toEqual({ bob: 2 });
});

test('an id that is no text does not keep the rest of a batch from its answer', async () => {
  await using system = await startSystem({ apps: [] });
  const good = aMessage();
  const { status, body } = await system.backend.post('/v3/events', [{ ...aMessage(), id: { toString: 1 } }, good]);
  expect(status).toBe(202);
  expect(body.data.events).toMatchObject([{ status: 'rejected' }, { id: good.id, status: 'accepted' }]);
});

test('a batch answers for each event; a bad one does not spoil the others', async () => {
  await using system = await startSystem();
  const good = aMessage();
  const { status, body } = await system.backend.post('/v3/events', [{ ...aMessage(), id: 'bad', colour: 'red' }, good]);
  expect(status).toBe(202);
  expect(body.data.events).toEqual([
    { id: 'bad', status: 'rejected', error: { code: 'ERR_BAD_REQUEST', message: 'colour: is not a known field' } },
    { id: good.id, status: 'accepted' },
  ]);
  expect(await system.done(good.id)).toMatchObject({ accepted: 1 });
  expect((await system.backend.get('/v3/events/bad')).status).toBe(404);
});
