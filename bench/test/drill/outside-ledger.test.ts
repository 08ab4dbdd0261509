import { beforeEach, expect, test } from '@jest/globals';
import { type Arrival, OutsideLedger } from '../../src/drill/outside-ledger.ts';
import type { Posting } from '../../src/drill/traffic/posting.ts';

let ledger: OutsideLedger;

beforeEach(() => {
  ledger = new OutsideLedger();
});

function accept(sentAt: number, kind: Posting['kind'], more: Partial<Posting> = {}): void {
  const posting: Posting = {
    app: 'phones',
    id: `${kind}-${sentAt}`,
    sentAt,
    kind,
    targets: ['a', 'b'],
    body: {},
    ...more,
  };
  ledger.posted(posting);
  ledger.acknowledge(posting);
}

const arrive = (sentAt: number, target: string, more: Partial<Arrival> = {}) =>
  ledger.arrived({ at: sentAt + 100, sentAt, target, answer: 'accepted', ...more });

function missing(): string[] {
  ledger.compare();
  return ledger.missing().map(({ posting, target }) => `${posting.id} ${target}`);
}

test('what was acknowledged and has not arrived is missing, by recipient', () => {
  accept(1000, 'message');
  arrive(1000, 'a');
  expect(missing()).toEqual(['message-1000 b']);
  arrive(1000, 'b');
  expect(missing()).toEqual([]);
});

test('an arrival before the acknowledgement counts', () => {
  arrive(1000, 'a');
  arrive(1000, 'b');
  accept(1000, 'message');
  expect(missing()).toEqual([]);
});

test('a request whose sender was gone before the answer is no arrival, but a second one is a duplicate', () => {
  accept(1000, 'message', { targets: ['a'] });
  arrive(1000, 'a', { answer: 'unknown' });
  expect(missing()).toEqual(['message-1000 a']);
  arrive(1000, 'a');
  expect([missing(), ledger.duplicated]).toEqual([[], 1]);
});

test('an edit stands in for its message, which is stale after it', () => {
  accept(1000, 'message', { targets: ['a'] });
  accept(3000, 'edit', { targets: ['a'], original: 1000 });
  expect(missing()).toEqual(['message-1000 a', 'edit-3000 a']);
  arrive(3000, 'a');
  expect([missing(), ledger.stale.length]).toEqual([[], 0]);
  arrive(1000, 'a', { at: 3200 });
  expect(ledger.stale.length).toBe(1);
});

test('the end of a call has to reach the phones that rang, and a ring that ended need not arrive', () => {
  accept(1000, 'ring');
  arrive(1000, 'a');
  expect(missing()).toEqual(['ring-1000 b']);
  accept(2000, 'end', { original: 1000 });
  expect(missing()).toEqual(['end-2000 a']);
  arrive(2000, 'a');
  expect(missing()).toEqual([]);
});

test('a ring is stale after its deadline and after the end of its call', () => {
  accept(1000, 'ring');
  arrive(1000, 'a', { at: 11_001 });
  accept(2000, 'end', { original: 1000 });
  arrive(2000, 'b');
  arrive(1000, 'b', { at: 2101 });
  expect(ledger.stale.map(({ target }) => target)).toEqual(['a', 'b']);
});

test('edits of messages that the system may have forgotten are not expected', () => {
  accept(1000, 'message', { targets: ['a'] });
  arrive(1000, 'a');
  ledger.forget(2000);
  accept(3000, 'edit', { targets: ['a'], original: 1000 });
  expect(missing()).toEqual([]);
});

test('what was acknowledged during a fault is open until it has arrived', () => {
  accept(1000, 'message');
  accept(1001, 'message');
  arrive(1001, 'a');
  arrive(1001, 'b');
  ledger.compare();
  expect([ledger.isOpen(1, 1), ledger.isOpen(2, 2), ledger.isOpen(1, 2)]).toEqual([true, false, true]);
  arrive(1000, 'a');
  arrive(1000, 'b');
  ledger.compare();
  expect(ledger.isOpen(1, 2)).toBe(false);
});

test('what is excused is not missing', () => {
  accept(1000, 'ring', { targets: ['a'] });
  ledger.compare();
  for (const one of ledger.missing()) ledger.excuse(one);
  expect([missing(), ledger.excused]).toEqual([[], 1]);
});
