import { setImmediate } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { SharedReads } from '../../src/accept/shared-reads.ts';

/** Reads that end when told to. */
function slowReads() {
  const open: { key: string; end: (value: string) => void; fail: (error: Error) => void }[] = [];
  const reads = new SharedReads<string>(
    (key) => new Promise((end, fail) => void open.push({ key, end, fail: (error) => fail(error) })),
  );
  return { reads, open };
}

test('all who ask in a turn of the event loop share a read, which begins at its end', async () => {
  const { reads, open } = slowReads();
  const asked = [reads.get('a'), reads.get('a')];
  await Promise.resolve();
  asked.push(reads.get('a'));
  expect(open).toEqual([]);
  await setImmediate();
  expect(open).toHaveLength(1);
  open[0]?.end('read');
  expect(await Promise.all(asked)).toEqual(['read', 'read', 'read']);
});

test('those who ask while a read is under way share the next one, and do not wait for it', async () => {
  const { reads, open } = slowReads();
  const first = reads.get('a');
  await setImmediate();
  const later = [reads.get('a'), reads.get('a')];
  await setImmediate();
  expect(open).toHaveLength(2);
  open[1]?.end('new');
  expect(await Promise.all(later)).toEqual(['new', 'new']);
  open[0]?.end('old');
  expect(await first).toBe('old');
});

test('each key is read on its own', async () => {
  const { reads, open } = slowReads();
  void reads.get('a');
  void reads.get('b');
  await setImmediate();
  expect(open.map(({ key }) => key)).toEqual(['a', 'b']);
});

test('a failed read fails for those who share it alone', async () => {
  const { reads, open } = slowReads();
  const first = [reads.get('a'), reads.get('a')];
  await setImmediate();
  const next = reads.get('a');
  await setImmediate();
  open[0]?.fail(new Error('away'));
  for (const one of first) await expect(one).rejects.toThrow('away');
  open[1]?.end('back');
  expect(await next).toBe('back');
});

test('no answer is older than its question', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.integer({ min: 1, max: 20 }), async (scheduler, count) => {
      let version = 0;
      const reads = new SharedReads<number>(async () => {
        await scheduler.schedule(Promise.resolve(), 'to the server');
        const read = version;
        await scheduler.schedule(Promise.resolve(), 'back');
        return read;
      });
      const asked = Array.from({ length: count }, () =>
        scheduler.schedule(Promise.resolve(), 'ask').then(async () => {
          version += 1;
          const written = version;
          expect(await reads.get('app')).toBeGreaterThanOrEqual(written);
        }),
      );
      await scheduler.waitFor(Promise.all(asked));
    }),
  );
});
