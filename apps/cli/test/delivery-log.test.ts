import type { AttemptRecord } from '@fanfare/sender/app';
import { until } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { DeliveryLog } from '../src/dev/delivery-log.ts';
import { AT, anAttempt } from './support/attempts.ts';

const toUser = (at: number, changes: Partial<AttemptRecord> = {}) =>
  anAttempt({ deliveryId: `e1.${at}`, uid: `u${at}`, ...changes });

function aLog() {
  const lines: string[] = [];
  const log = new DeliveryLog({ line: (text = '') => lines.push(text), paint: (_style, text) => text });
  return { log, lines };
}

test('the first five deliveries of an event are printed, the others summed up', () => {
  const { log, lines } = aLog();
  for (let at = 0; at < 100; at++) log.add(toUser(at), AT);
  log.add(toUser(0, { eventId: 'm-2' }), AT);
  log.flush();
  expect(lines).toHaveLength(7);
  expect(lines[5]).toMatch(/m-2 +→ u0 /);
  expect(lines[6]).toBe('              message.sent         m-1                       → 95 more accepted');
});

test('what did not go well is printed however many there are', () => {
  const { log, lines } = aLog();
  for (let at = 0; at < 10; at++) log.add(toUser(at, { outcome: 'rejected', settled: 'rejected' }), AT);
  for (let at = 0; at < 10; at++) log.add(toUser(at, { attempt: 2 }), AT);
  log.flush();
  expect(lines).toHaveLength(20);
});

test('a few more than five are printed too, and the sum comes by itself', async () => {
  const { log, lines } = aLog();
  for (let at = 0; at < 8; at++) log.add(toUser(at), AT);
  for (let at = 0; at < 9; at++) log.add(toUser(at, { eventId: 'm-2' }), AT);
  await until(() => lines.some((line) => line.endsWith('→ 4 more accepted')), 'the rest is summed up');
  expect(lines.filter((line) => line.includes(' m-1 '))).toHaveLength(8);
  expect(lines.filter((line) => line.includes(' m-2 '))).toHaveLength(6);
});
