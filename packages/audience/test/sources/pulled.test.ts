import { describe, expect, test } from '@jest/globals';
import { pulledSource, unreadableSource } from '../../src/sources/pulled.ts';
import { sizeIn } from '../../src/sources/pulled-cursor.ts';
import { startChatBackend } from '../support/chat-backend.ts';
import { accepted } from '../support/events.ts';
import { slicesOf, startWalk } from '../support/walk.ts';

/** The group as a backend at this URL lists it. */
const sourceAt = ({ url }: { url: string }, event = accepted()) => pulledSource(event, { url, guid: 'hiking' });

describe('the members', () => {
  test('come page by page, in slices sorted by uid, and each page is requested once', async () => {
    await using walk = startWalk();
    await using backend = await startChatBackend((cursor) =>
      cursor === '' ? { members: ['dave', 'bob', 'carol'], cursor: '2' } : { members: ['anna'] },
    );
    expect(await slicesOf(sourceAt(backend), walk)).toEqual([['bob', 'carol'], ['dave'], ['anna']]);
    expect(backend.asked).toEqual(['', '2']);
  });

  test('are all counted in the cursor of the end', async () => {
    await using walk = startWalk({ sliceSize: 10 });
    await using backend = await startChatBackend(() => ({ members: ['bob', 'carol', 'dave'] }));
    const page = await sourceAt(backend).page(walk, '');
    expect(page).toMatchObject({ kind: 'page', last: true });
    expect(sizeIn(page.kind === 'page' ? page.cursor : '')).toEqual({ size: 3, isComplete: true });
  });

  test('that join or leave between two slices of a page move no other member', async () => {
    await using walk = startWalk();
    let members = ['bob', 'carol', 'dave', 'erin'];
    await using backend = await startChatBackend(() => ({ members }));
    const first = await sourceAt(backend).page(walk, '');
    members = ['anna', 'carol', 'dave', 'erin'];
    // Another worker resumes, which has not seen the page yet.
    const next = await sourceAt(backend).page(walk, first.kind === 'page' ? first.cursor : '');
    expect([first, next]).toMatchObject([{ uids: ['bob', 'carol'] }, { uids: ['dave', 'erin'], last: true }]);
  });

  test('of an empty page are none, and the walk goes on', async () => {
    await using walk = startWalk();
    await using backend = await startChatBackend((cursor) =>
      cursor === '' ? { members: [], cursor: '2' } : { members: ['bob'] },
    );
    expect(await slicesOf(sourceAt(backend), walk)).toEqual([[], ['bob']]);
  });
});

describe('a backend that fails', () => {
  test('is asked again, the later the older the event, and never after its deadline', async () => {
    await using walk = startWalk();
    await using backend = await startChatBackend(() => 404);
    const event = accepted();
    const retryAt = async (age: number) => {
      walk.clock.set(event.receivedAt + age);
      await using fresh = startWalk({ now: walk.now });
      return sourceAt(backend, event).page(fresh, '');
    };
    expect(await retryAt(0)).toEqual({ kind: 'later', retryInMs: 500 });
    expect(await retryAt(10_000)).toEqual({ kind: 'later', retryInMs: 2000 });
    expect(await retryAt(600_000)).toEqual({ kind: 'later', retryInMs: 10_000 });
    expect(await retryAt(event.leaveBy - event.receivedAt - 50)).toEqual({ kind: 'later', retryInMs: 50 });
  });

  test('until the deadline leaves the audience incomplete, and logs it', async () => {
    await using walk = startWalk({ sliceSize: 1 });
    await using backend = await startChatBackend(() => ({ members: ['bob', 'carol'] }));
    const event = accepted();
    const source = sourceAt(backend, event);
    const first = await source.page(walk, '');
    walk.clock.set(event.leaveBy);
    const cursor = first.kind === 'page' ? first.cursor : '';
    expect(await source.page(walk, cursor)).toEqual({ kind: 'page', uids: [], cursor, last: true });
    expect(sizeIn(cursor)).toEqual({ size: 1, isComplete: false });
    expect(walk.logged).toEqual(['too_late']);
  });
});

test('circular pages end the walk, with the group incomplete', async () => {
  await using walk = startWalk();
  await using backend = await startChatBackend((cursor) => ({
    members: [`m${cursor}`],
    cursor: cursor === '1' ? '2' : '1',
  }));
  const slices = await slicesOf(sourceAt(backend), walk);
  expect(new Set(slices.flat())).toEqual(new Set(['m', 'm1', 'm2']));
  expect(walk.logged).toEqual(['cursor_repeats']);
});

test('an event that started with our own list ends: it is unknown which members were notified', async () => {
  await using walk = startWalk();
  await using backend = await startChatBackend(() => ({ members: ['bob'] }));
  expect(await sourceAt(backend).page(walk, 'bob')).toMatchObject({ uids: [], last: true });
  expect(backend.asked).toEqual([]);
  expect(walk.logged).toEqual(['source_changed']);
});

test('a group whose secret cannot be read is waited for, and the error is logged', async () => {
  await using walk = startWalk();
  expect(await unreadableSource(accepted(), 'hiking').page(walk, '')).toMatchObject({ kind: 'later' });
  expect(walk.logged).toEqual(['secret_unreadable']);
});

test('whether one user is a member is assumed: only the backend knows', async () => {
  await using backend = await startChatBackend(() => ({ members: [] }));
  expect(await sourceAt(backend).standing('bob')).toEqual({ kind: 'assumed' });
  expect(backend.asked).toEqual([]);
});
