import { expect, test } from '@jest/globals';
import { until } from '../src/index.ts';

test('a condition that is already met returns at once', async () => {
  expect(await until(() => 'value', 'there is a value', { timeoutMs: 0 })).toBe('value');
});

test('a condition is checked until it returns something truthy', async () => {
  let looks = 0;
  const third = async (): Promise<number | undefined> => (++looks === 3 ? looks : undefined);
  expect(await until(third, 'the third look', { everyMs: 1 })).toBe(3);
  expect(looks).toBe(3);
});

test('a condition that throws is not met yet', async () => {
  let looks = 0;
  const flaky = (): boolean => {
    if (++looks < 3) throw new Error('not yet');
    return true;
  };
  expect(await until(flaky, 'it works', { everyMs: 1 })).toBe(true);
});

test('a timeout names the condition, the time, and the last result', async () => {
  const waiting = until(() => 0, 'the queue is empty', { timeoutMs: 20, everyMs: 1 });
  await expect(waiting).rejects.toThrow(
    'Timed out after 20 ms, waiting until the queue is empty. Last, it returned: 0',
  );
});

test('a timeout of a condition that throws keeps its error', async () => {
  const cause = new Error('connection refused');
  const refuse = (): never => {
    throw cause;
  };
  const waiting = until(refuse, 'it connects', { timeoutMs: 5, everyMs: 1 });
  await expect(waiting).rejects.toMatchObject({ message: expect.stringContaining('connection refused'), cause });
});
