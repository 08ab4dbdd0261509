import { describe, expect, test } from '@jest/globals';
import { EVENT_TYPES, type FanfareError, type FieldProblem, MAX_RECIPIENTS, parseEvent } from '../../src/index.ts';
import { posted, smallest } from '../support/sample-events.ts';

function refusal(input: unknown): FanfareError {
  const parsed = parseEvent(input);
  if (parsed.ok) throw new Error(`was accepted: ${JSON.stringify(parsed.event)}`);
  return parsed.error;
}

const problems = (error: FanfareError): FieldProblem[] => (error.details as { problems: FieldProblem[] }).problems;

type Json = Record<string, unknown>;

/** The object and every nested object and list entry, each with its path. */
function* objectsIn(value: Json, path = ''): Generator<[path: string, object: Json]> {
  yield [path, value];
  for (const [key, inner] of Object.entries(value)) {
    if (Array.isArray(inner)) {
      for (const [i, entry] of inner.entries()) yield* objectsIn(entry as Json, `${path}${key}[${i}].`);
    } else if (typeof inner === 'object') yield* objectsIn(inner as Json, `${path}${key}.`);
  }
}

describe.each(EVENT_TYPES.map((type) => [type]))('%s', (type) => {
  test('is rejected with an unknown field at any depth, and the error names the field', () => {
    for (const [path] of objectsIn(smallest(type))) {
      const spoilt = structuredClone(smallest(type));
      const [, object] = [...objectsIn(spoilt)].find(([where]) => where === path) ?? [];
      Object.assign(object as Json, { bogus: 1 });
      expect(refusal(spoilt).message).toBe(`${path}bogus: is not a known field`);
    }
  });

  test('is rejected without any one of its required fields, and the error names the field', () => {
    for (const field of Object.keys(smallest(type))) {
      const { [field]: _gone, ...rest } = smallest(type) as Json;
      expect(refusal(rest).message).toMatch(new RegExp(`^${field}: `));
    }
  });
});

const sent = (more: Json) => posted('message.sent', more);
const message = (more: Json) => sent({ message: { id: '101', ...more } });
const LONG = 'x'.repeat(101);
const UIDS = 'must be 1 to 100 characters of A-Z, a-z, 0-9, "_" and "-"';
const SECONDS = 'must be epoch milliseconds (this looks like seconds)';

test.each([
  ['a list', [], 'body: Invalid input: expected object, received array'],
  ['nothing', undefined, 'body: Invalid input: expected object, received undefined'],
  ['an unknown type', { ...sent({}), type: 'message.typed' }, `type: must be one of: ${EVENT_TYPES.join(', ')}`],
  ['a type of the wrong type', { ...sent({}), type: 7 }, `type: must be one of: ${EVENT_TYPES.join(', ')}`],
  ['an empty id', sent({ id: '' }), 'id: must be 1 to 128 characters of A-Z, a-z, 0-9, "_", ".", ":" and "-"'],
  ['a number as id', sent({ id: 101 }), 'id: Invalid input: expected string, received number'],
  ['seconds for milliseconds', sent({ sentAt: 1_741_847_453 }), `sentAt: ${SECONDS}`],
  ['half a millisecond', sent({ sentAt: 1_741_847_453_000.5 }), 'sentAt: Invalid input: expected int, received number'],
  ['a date as text', sent({ sentAt: '2025-03-13' }), 'sentAt: Invalid input: expected number, received string'],
  ['a uid with a space', sent({ sender: { uid: 'al ice' } }), `sender.uid: ${UIDS}`],
  ['a uid with a colon', sent({ recipients: ['bob', 'a:b'] }), `recipients[1]: ${UIDS}`],
  ['a uid that ends in a line break', sent({ sender: { uid: 'alice\n' } }), `sender.uid: ${UIDS}`],
  ['a uid of 101 characters', sent({ sender: { uid: LONG } }), `sender.uid: ${UIDS}`],
  ['a receiver of 101 characters', sent({ conversation: { type: 'user', id: LONG } }), `conversation.id: ${UIDS}`],
  ['a guid with a dot', sent({ conversation: { type: 'group', id: 'a.b' } }), `conversation.id: ${UIDS}`],
  ['a member whose uid is empty', posted('group.member_left', { members: [{ uid: '' }] }), `members[0].uid: ${UIDS}`],
  ['a mention that is no uid', message({ mentions: ['@all'] }), `message.mentions[0]: ${UIDS}`],
])('%s is refused: %#', (_, input, says) => {
  expect(refusal(input)).toMatchObject({ code: 'ERR_BAD_REQUEST', status: 400, message: says });
});

test.each([
  ['conversation.type', sent({ conversation: { type: 'channel', id: 'c' } })],
  ['conversation.type', posted('group.member_left', { conversation: { type: 'user', id: 'bob' } })],
  ['sender.name', sent({ sender: { uid: 'alice', name: '' } })],
  ['sender.avatar', sent({ sender: { uid: 'alice', avatar: 'alice.png' } })],
  ['message.category', message({ category: 'action' })],
  ['message.text', message({ text: 'x'.repeat(65_537) })],
  ['message.id', sent({ message: { id: 101 } })],
  ['message.sendNotification', message({ sendNotification: 'true' })],
  ['message.metadata', message({ metadata: [] })],
  ['call.type', posted('call.initiated', { call: { sessionId: 's', type: 'screen' } })],
  ['call.sessionId', posted('call.initiated', { call: { sessionId: '', type: 'audio' } })],
  ['reaction.reaction', posted('reaction.added', { reaction: { id: '58', reaction: '', messageId: '101' } })],
  ['members', posted('user.blocked', { members: [] })],
  ['recipients', sent({ recipients: [] })],
  ['recipients', sent({ recipients: 'bob' })],
  ['custom', sent({ custom: 'text' })],
])('a wrong %s is refused by its name: %#', (field, input) => {
  expect(problems(refusal(input)).map((problem) => problem.field)).toEqual([field]);
});

describe('JSON of the caller’s own', () => {
  /** An object of this many bytes as JSON; each "é" is two of them. */
  const json = (bytes: number) => ({ a: 'é'.repeat((bytes - 8) / 2) });

  test.each([
    ['custom', 16, (bytes: number) => sent({ custom: json(bytes) })],
    ['message.metadata', 16, (bytes: number) => message({ metadata: json(bytes) })],
    ['message.object', 64, (bytes: number) => message({ object: json(bytes) })],
  ] as const)('%s is taken up to %d KiB and refused above, by its name', (field, kib, input) => {
    expect(parseEvent(input(kib * 1024)).ok).toBe(true);
    const says = `${field}: must not be larger than ${kib * 1024} bytes as JSON`;
    expect(refusal(input(kib * 1024 + 2)).message).toBe(says);
  });

  test('is rejected for its depth alone when it is too deep to serialize', () => {
    const deep = JSON.parse(`${'{"a":'.repeat(4000)}1${'}'.repeat(4000)}`);
    expect(problems(refusal(sent({ custom: deep })))).toEqual([
      { field: 'custom', problem: 'must not be nested more than 50 deep' },
    ]);
  });
});

describe('a long list', () => {
  const uids = (count: number) => Array.from({ length: count }, (_, i) => `user-${i}`);

  test('of recipients or members is accepted up to 10,000', () => {
    expect(MAX_RECIPIENTS).toBe(10_000);
    expect(parseEvent(sent({ recipients: uids(10_000) })).ok).toBe(true);
    expect(parseEvent(posted('group.member_added', { members: uids(10_000).map((uid) => ({ uid })) })).ok).toBe(true);
  });

  test('of more recipients or members is rejected', () => {
    expect(refusal(sent({ recipients: uids(10_001) })).message).toMatch(/^recipients: Too big.*10000/);
    const members = uids(10_001).map((uid) => ({ uid }));
    expect(refusal(posted('group.member_added', { members })).message).toMatch(/^members: Too big.*10000/);
  });
});

test('every problem of an event is listed, the first one in the message', () => {
  const error = refusal(sent({ id: '', sentAt: 1, message: { id: '1', colour: 'red' } }));
  expect(problems(error).map(({ field }) => field)).toEqual(['id', 'sentAt', 'message.colour']);
  expect(error.message).toMatch(/^id: /);
});

test('the error never repeats the rejected value', () => {
  const secret = 'hunter two';
  const error = refusal(sent({ id: secret, sender: { uid: secret }, sentAt: secret, conversation: { type: secret } }));
  expect(JSON.stringify([error.message, error.details])).not.toContain(secret);
});
