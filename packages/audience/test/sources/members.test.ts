import { addMembers, createApp, removeMembers } from '@fanfare/store';
import { startTestRedis } from '@fanfare/testkit';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Walk } from '../../src/source.ts';
import { membersSource, stillMembers } from '../../src/sources/members.ts';
import { namedSource } from '../../src/sources/named.ts';

const own = await startTestRedis();
const { redis } = own;
afterAll(() => own[Symbol.asyncDispose]());

beforeAll(async () => {
  await createApp(redis, { appId: 'demo', name: 'Demo', region: 'us', pushEnabled: true, createdAt: 1 });
  await addMembers(redis, 'demo', 'hiking', ['ann', 'bob', 'carol', 'dave', 'erin'], 1);
});

const walk = (sliceSize: number) => ({ sliceSize, isFirst: true }) as Walk;

/** Every uid of a source, walked page by page. */
async function walked(source: ReturnType<typeof membersSource>, sliceSize: number): Promise<string[]> {
  const uids: string[] = [];
  let cursor = '';
  for (;;) {
    const page = await source.page(walk(sliceSize), cursor);
    if (page.kind === 'later') throw new Error('a list of ours is always there');
    uids.push(...page.uids);
    if (page.last) return uids;
    cursor = page.cursor;
  }
}

test.each([1, 2, 5, 100])('members come in the order of their uids, each once, in slices of %i', async (sliceSize) => {
  const source = membersSource(redis, 'demo', 'hiking', new Set());
  expect(await walked(source, sliceSize)).toEqual(['ann', 'bob', 'carol', 'dave', 'erin']);
});

test('a member who leaves behind the cursor shifts no other', async () => {
  const source = membersSource(redis, 'demo', 'hiking', new Set());
  await source.page(walk(2), '');
  await removeMembers(redis, 'demo', 'hiking', ['ann']);
  expect(await source.page(walk(2), 'bob')).toMatchObject({ uids: ['carol', 'dave'] });
  await addMembers(redis, 'demo', 'hiking', ['ann'], 1);
});

test('standing agrees with the pages, and counts a user who joins by the event', async () => {
  const source = membersSource(redis, 'demo', 'hiking', new Set(['zoe']));
  expect(await source.standing('bob')).toEqual({ kind: 'member' });
  expect(await source.standing('zoe')).toEqual({ kind: 'member' });
  expect(await source.standing('yan')).toEqual({ kind: 'absent', absence: 'not_a_member' });
});

test('an edit is withheld from those who have left, a deletion is not', async () => {
  const conversation = { type: 'group', id: 'hiking' } as const;
  const event = (type: 'message.edited' | 'message.deleted') =>
    ({ type, conversation }) as Parameters<typeof stillMembers>[2];
  const reached = namedSource(['bob', 'zoe']);
  const edit = stillMembers(redis, 'demo', event('message.edited'), reached);
  expect(await edit.page(walk(10), '')).toMatchObject({ uids: ['bob'] });
  expect(await edit.standing('zoe')).toEqual({ kind: 'absent', absence: 'not_a_member' });
  expect(stillMembers(redis, 'demo', event('message.deleted'), reached)).toBe(reached);
});
