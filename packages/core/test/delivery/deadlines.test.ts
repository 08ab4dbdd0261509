import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DEFAULT_FRESHNESS, deadlineOf, EVENT_TYPES, FRESHNESS_CLASSES, isCall } from '../../src/index.ts';
import { anyEvent, anyMoment, CALLS, checked, event, posted } from '../support/sample-events.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const SENT = 1_741_847_453_000;

/** docs/rules/delivery.md#deadlines: how long each type stays worth sending, and how long a provider may hold it. */
const TABLE = EVENT_TYPES.map((type) => {
  if (type === 'call.initiated') return [type, 30 * SECOND, 30 * SECOND] as const;
  if (type.startsWith('call.')) return [type, 60 * SECOND, 60 * SECOND] as const;
  if (type === 'message.sent') return [type, HOUR, 24 * HOUR] as const;
  return [type, 15 * MINUTE, HOUR] as const;
});

test.each(TABLE)('%s leaves within %d ms and is held for %d ms', (type, leaveMs, holdMs) => {
  const subject = checked(posted(type, { sentAt: SENT }));
  expect(deadlineOf(subject, SENT)).toEqual({ leaveBy: SENT + leaveMs, holdUntil: SENT + holdMs });
});

test.each([
  ['a reply', { parentId: '90' }],
  ['a quoted reply', { quotedMessageId: '88' }],
  ['a mention', { mentions: ['bob'] }],
])('%s keeps as long as a message', (_, fields) => {
  const subject = event('message.sent', { message: { id: '101', ...fields } });
  expect(deadlineOf(subject, SENT)).toEqual(deadlineOf(event('message.sent'), SENT));
});

describe('a call', () => {
  test.each(CALLS)('%s counts from when it was sent, however late we received it', (type) => {
    const subject = checked(posted(type, { sentAt: SENT }));
    expect(deadlineOf(subject, SENT + 20 * SECOND)).toEqual(deadlineOf(subject, SENT));
  });

  test.each(CALLS)('%s from the future counts from now', (type) => {
    const early = checked(posted(type, { sentAt: SENT + HOUR }));
    expect(deadlineOf(early, SENT)).toEqual(deadlineOf(checked(posted(type, { sentAt: SENT })), SENT));
  });
});

test('everything else counts from receipt, whatever `sentAt` says', () => {
  for (const sentAt of [SENT - 24 * HOUR, SENT + 24 * HOUR]) {
    expect(deadlineOf(event('message.sent', { sentAt }), SENT).leaveBy).toBe(SENT + HOUR);
    expect(deadlineOf(event('reaction.added', { sentAt }), SENT).leaveBy).toBe(SENT + 15 * MINUTE);
  }
});

describe("an app's own values", () => {
  const own = { leaveMs: 5 * SECOND, holdMs: 7 * SECOND };

  test.each([
    ['callInitiated', 'call.initiated'],
    ['callState', 'call.cancelled'],
    ['message', 'message.sent'],
    ['update', 'message.edited'],
  ] as const)('for %s hold for %s', (kind, type) => {
    const subject = checked(posted(type, { sentAt: SENT }));
    expect(deadlineOf(subject, SENT, { [kind]: own })).toEqual({ leaveBy: SENT + 5000, holdUntil: SENT + 7000 });
  });

  test('leave the other classes unchanged', () => {
    const subject = event('message.sent');
    const others = { callInitiated: own, callState: own, update: own };
    expect(deadlineOf(subject, SENT, others)).toEqual(deadlineOf(subject, SENT));
  });
});

test('no event leaves later than its class allows after receipt, and no call later than that after it was sent', () => {
  const duration = fc.integer({ min: 0, max: 7 * 24 * HOUR });
  const freshness = fc.record({ leaveMs: duration, holdMs: duration });
  const anyOwn = fc.record(
    { callInitiated: freshness, callState: freshness, message: freshness, update: freshness },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(anyEvent, anyMoment, anyOwn, (subject, receivedAt, own) => {
      const { leaveBy, holdUntil } = deadlineOf(subject, receivedAt, own);
      const allowed = FRESHNESS_CLASSES.map((kind) => own[kind] ?? DEFAULT_FRESHNESS[kind]);
      const from = isCall(subject) ? Math.min(receivedAt, subject.sentAt) : receivedAt;
      expect(allowed).toContainEqual({ leaveMs: leaveBy - from, holdMs: holdUntil - from });
      expect(from).toBeLessThanOrEqual(receivedAt);
    }),
  );
});
