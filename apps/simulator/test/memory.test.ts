import { expect, test } from '@jest/globals';
import { RecentMap } from '../src/recent-map.ts';
import { RequestLog, type StoredRequest } from '../src/recording/request-log.ts';

test('a recent map remembers up to its capacity and forgets the older half first', () => {
  const map = new RecentMap<string, number>(4);
  for (const [i, key] of ['a', 'b', 'c', 'd'].entries()) map.set(key, i);
  expect(map.size).toBe(4);
  expect(map.forgotten).toBe(0);
  map.set('e', 4);
  expect([...map.entries()]).toEqual([
    ['c', 2],
    ['d', 3],
    ['e', 4],
  ]);
  expect(map.forgotten).toBe(2);
  expect(map.get('a')).toBeUndefined();
});

test('setting a key again keeps it, with its new value', () => {
  const map = new RecentMap<string, number>(4);
  for (const key of ['a', 'b', 'c', 'd']) map.set(key, 1);
  map.set('a', 2);
  map.set('e', 1);
  expect(map.get('a')).toBe(2);
  expect(map.get('b')).toBeUndefined();
  expect(map.get('c')).toBe(1);
});

test('a recent map never holds more than its capacity', () => {
  const map = new RecentMap<number, true>(10);
  for (let i = 0; i < 1_000; i++) {
    map.set((i * 7919) % 37, true);
    expect(map.size).toBeLessThanOrEqual(10);
  }
});

const aRequest = (body: string) => ({ receivedAt: 0, method: 'POST', headers: {}, body });
const sequences = (log: RequestLog<StoredRequest>, after = 0) => [...log.after(after)].map(({ sequence }) => sequence);

test('a request log is bounded in number', () => {
  const log = new RequestLog<StoredRequest>(3, 1e9);
  for (let i = 0; i < 8; i++) log.add(aRequest('x'));
  expect(sequences(log)).toEqual([6, 7, 8]);
  expect(sequences(log, 7)).toEqual([8]);
  expect(log.forgotten).toBe(5);
});

test('a request log is bounded in bytes, but keeps the last request of any size', () => {
  const log = new RequestLog<StoredRequest>(100, 10_000);
  for (let i = 0; i < 5; i++) log.add(aRequest('x'.repeat(2_000)));
  expect(sequences(log)).toEqual([3, 4, 5]);
  log.add(aRequest('x'.repeat(50_000)));
  expect(sequences(log)).toEqual([6]);
  log.add(aRequest('x'));
  expect(sequences(log)).toEqual([7]);
});
