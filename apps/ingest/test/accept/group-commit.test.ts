import { setImmediate } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { GroupCommit } from '../../src/accept/group-commit.ts';

/** A store whose groups end when told to. */
function slowStore() {
  const groups: { items: readonly string[]; end: () => void; fail: (error: Error) => void }[] = [];
  const commit = new GroupCommit<string, string>(
    (items) =>
      new Promise((done, fail) => void groups.push({ items, end: () => done(items.map((item) => `${item}!`)), fail })),
  );
  return { commit, groups };
}

const numbered = (app: string, count: number) => Array.from({ length: count }, (_, n) => `${app}${n}`);

test('requests of one turn are stored together, and each gets its own answers', async () => {
  const { commit, groups } = slowStore();
  const orders = [commit.store('a', ['a1', 'a2']), commit.store('b', ['b1']), commit.store('a', ['a3'])];
  await setImmediate();
  expect(groups.map(({ items }) => items)).toEqual([['a1', 'a2', 'a3', 'b1']]);
  groups[0]?.end();
  expect(await Promise.all(orders)).toEqual([['a1!', 'a2!'], ['b1!'], ['a3!']]);
});

/** Enough turns of the event loop for all groups to begin that may. */
async function untilBegun(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await setImmediate();
}

test('a few items have a group of their own beside a large batch, and theirs comes first', async () => {
  const { commit, groups } = slowStore();
  void commit.store('large', numbered('large', 1000));
  const small = commit.store('small', ['one', 'two']);
  await setImmediate();
  expect(groups.map(({ items }) => items)).toEqual([['one', 'two']]);
  groups[0]?.end();
  expect(await small).toEqual(['one!', 'two!']);
});

test('an app that is alone has all groups; once another comes, half of them and half as large', async () => {
  const { commit, groups } = slowStore();
  const sizes = () => groups.map(({ items }) => items.length);
  void commit.store('large', numbered('large', 2000));
  await untilBegun();
  expect(sizes()).toEqual([200, 200, 200, 200]);
  void commit.store('small', ['one']);
  await untilBegun();
  expect(groups).toHaveLength(4);
  for (const { end } of groups.slice(0, 4)) end();
  await untilBegun();
  expect(groups[4]?.items).toEqual(['one']);
  expect(sizes().slice(5)).toEqual([100, 100]);
  void commit.store('small', ['two']);
  await untilBegun();
  expect(groups[7]?.items).toEqual(['two']);
});

test('what is wrong with one item is its own, and a group that fails fails alone', async () => {
  const bad = new Error('bad');
  const groups: (readonly string[])[] = [];
  const commit = new GroupCommit<string, string>(async (items) => {
    groups.push(items);
    if (items.includes('fatal')) throw bad;
    return items.map((item) => (item === 'bad' ? bad : item));
  });
  expect(await Promise.all([commit.store('a', ['x', 'bad']), commit.store('b', ['y'])])).toEqual([['x', bad], ['y']]);
  expect(await commit.store('a', ['fatal', 'z'])).toEqual([bad, bad]);
  expect(await commit.store('a', ['z'])).toEqual(['z']);
  expect(await commit.store('a', [])).toEqual([]);
  expect(groups).toHaveLength(3);
});

test('whatever comes in and however long groups take, each item is stored once, in the order of its app', async () => {
  const orders = fc.array(fc.record({ app: fc.constantFrom('a', 'b', 'c'), count: fc.nat(300) }), { maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), orders, async (scheduler, all) => {
      const stored: string[] = [];
      const commit = new GroupCommit<string, string>(async (items) => {
        stored.push(...items);
        await scheduler.schedule(Promise.resolve(), 'on its way');
        return [...items];
      });
      const wanted = all.map(({ app, count }, n) => ({ app, items: numbered(`${app} ${n} `, count) }));
      const answers = Promise.all(wanted.map(({ app, items }) => commit.store(app, items)));
      let isDone = false;
      const done = answers.finally(() => {
        isDone = true;
      });
      while (!isDone) {
        await setImmediate();
        if (scheduler.count() > 0) await scheduler.waitOne();
      }
      expect(await done).toEqual(wanted.map(({ items }) => items));
      for (const app of ['a', 'b', 'c']) {
        const mine = wanted.filter((order) => order.app === app).flatMap(({ items }) => items);
        expect(stored.filter((item) => item.startsWith(app))).toEqual(mine);
      }
    }),
    { numRuns: 30 },
  );
});
