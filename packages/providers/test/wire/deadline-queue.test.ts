import { expect, test } from '@jest/globals';
import { DeadlineQueue } from '../../src/wire/deadline-queue.ts';

test('what is pending expires in turn, and what was deleted does not', async () => {
  const expired: string[] = [];
  const start = performance.now();
  await new Promise<void>((resolve) => {
    const deadlines = new DeadlineQueue<{ name: string; deadlineAt: number }>(({ name }) => {
      expired.push(name);
      if (name === 'last') resolve();
    });
    const pending = ['first', 'deleted', 'second', 'third', 'last'].map((name, i) => ({
      name,
      deadlineAt: start + 10 * i,
    }));
    for (const each of pending) deadlines.add(each, each.deadlineAt);
    for (const each of pending) if (each.name === 'deleted') deadlines.delete(each);
    expect(deadlines.all()).toHaveLength(4);
  });
  expect(expired).toEqual(['first', 'second', 'third', 'last']);
});
