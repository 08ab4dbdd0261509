import { expect, test } from '@jest/globals';
import { deliveryLine } from '../src/dev/delivery-line.ts';
import { Terminal } from '../src/terminal.ts';
import { AT, anAttempt } from './support/attempts.ts';

const plain = new Terminal({ write: () => undefined }, {});

test('a delivery is one line: time, event, recipient, provider, attempt, outcome and age', () => {
  const event = '03:04:05.006  message.sent         m-1                       → bob        ';
  expect(deliveryLine(anAttempt(), AT, plain)).toBe(`${event}custom       attempt 1  accepted        42 ms`);
});

test.each([
  ['fcm', 'fcm_react_native_android', 'fcm android'],
  ['fcm', 'fcm_web', 'fcm web'],
  ['apns', 'apns_ios_device', 'apns ios'],
  ['apns', 'apns_flutter_voip', 'apns voip'],
] as const)('a delivery by %s to %s shows the kind of device: %s', (provider, platform, shown) => {
  const line = deliveryLine(anAttempt({ provider, platform }), AT, plain);
  expect(line).toContain(`→ bob        ${shown.padEnd(11)}  attempt 1`);
});

test('lines of different events, recipients and devices are aligned', () => {
  const short = deliveryLine(anAttempt(), AT, plain);
  const long = deliveryLine(
    anAttempt({ eventId: 'demo-mwr81xjg-joined', type: 'group.member_joined', uid: 'hiker-96', ageMs: 12345 }),
    AT,
    plain,
  );
  expect(long).toHaveLength(short.length);
});

test('a delivery that will be retried says why and when', () => {
  const line = deliveryLine(
    anAttempt({ attempt: 2, outcome: 'retryable', reason: 'http_500', settled: undefined, againInMs: 1234 }),
    AT,
    plain,
  );
  expect(line).toMatch(/attempt 2 {2}retryable .* ms {2}http_500, again in 1\.2 s$/);
});

test('a delivery that failed for good shows its final state and the reason', () => {
  const line = deliveryLine(
    anAttempt({ outcome: 'retryable', reason: 'attempts_exhausted', settled: 'rejected' }),
    AT,
    plain,
  );
  expect(line).toMatch(/rejected .* ms {2}attempts_exhausted$/);
});
