import type { AttemptRecord } from '@fanfare/sender/app';
import { until } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { DeliveryLog } from '../src/dev/delivery-log.ts';

const AT = new Date(2025, 0, 2, 3, 4, 5, 6);

const anAttempt = (at: number, changes: Partial<AttemptRecord> = {}): AttemptRecord => ({
  eventId: 'm-1',
  type: 'message.sent',
  appId: 'demo',
  deliveryId: `e1.${at}`,
  uid: `u${at}`,
  provider: 'custom',
  attempt: 1,
  outcome: 'accepted',
  settled: 'accepted',
  durationMs: 5,
  ageMs: 42,
  ...changes,
});

function aLog() {
  const lines: string[] = [];
  const log = new DeliveryLog({ line: (text = '') => lines.push(text), paint: (_style, text) => text });
  return { log, lines };
}

test('the first five deliveries of an event are printed, the others summed up', () => {
  const { log, lines } = aLog();
  for (let at = 0; at < 100; at++) log.add(anAttempt(at), AT);
  log.add(anAttempt(0, { eventId: 'm-2' }), AT);
  log.flush();
  expect(lines).toHaveLength(7);
  expect(lines[5]).toMatch(/m-2 +→ u0 /);
  expect(lines[6]).toBe('              message.sent         m-1                       → 95 more accepted');
});

test('what did not go well is printed however many there are', () => {
  const { log, lines } = aLog();
  for (let at = 0; at < 10; at++) log.add(anAttempt(at, { outcome: 'rejected', settled: 'rejected' }), AT);
  for (let at = 0; at < 10; at++) log.add(anAttempt(at, { attempt: 2 }), AT);
  log.flush();
  expect(lines).toHaveLength(20);
});

test('a few more than five are printed too, and the sum comes by itself', async () => {
  const { log, lines } = aLog();
  for (let at = 0; at < 8; at++) log.add(anAttempt(at), AT);
  for (let at = 0; at < 9; at++) log.add(anAttempt(at, { eventId: 'm-2' }), AT);
  await until(() => lines.some((line) => line.endsWith('→ 4 more accepted')), 'the rest is summed up');
  expect(lines.filter((line) => line.includes(' m-1 '))).toHaveLength(8);
  expect(lines.filter((line) => line.includes(' m-2 '))).toHaveLength(6);
});
