import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { mentionOf, mentionsIn, withNames } from '../../src/index.ts';
import { anyUid, event } from '../support/sample-events.ts';

const mentions = (fields: object) => mentionsIn(event('message.sent', { message: { id: '101', ...fields } }).message);

describe('the users a message mentions', () => {
  test.each([
    ['no one', {}, [], false],
    ['those in the list', { mentions: ['bob', 'carol', 'bob'] }, ['bob', 'carol'], false],
    ['those in the text', { text: '<@uid:bob>, <@uid:carol>: hi <@uid:bob>' }, ['bob', 'carol'], false],
    ['those in either', { text: 'hi <@uid:bob>', mentions: ['carol'] }, ['bob', 'carol'], false],
    ['all, by the flag', { mentionsAll: true }, [], true],
    ['all, by the text', { text: '<@all:the whole team> look' }, [], true],
    ['no one, by broken tokens', { text: '<@uid:> <@uid:b b> <@uid:bob <@all:> @bob <uid:bob> <@UID:bob>' }, [], false],
    ['only the inner of two', { text: '<@uid:<@uid:bob>>' }, ['bob'], false],
  ])('is %s', (_who, fields, uids, all) => {
    const found = mentions(fields);
    expect(new Set(found.uids)).toEqual(new Set(uids));
    expect(found.all).toBe(all);
  });

  test('are computed once for all recipients of a message', () => {
    const { message } = event('message.sent', { message: { id: '101', text: 'hi <@uid:bob>' } });
    expect(mentionsIn(message)).toBe(mentionsIn(message));
    expect(mentionsIn({ ...message })).not.toBe(mentionsIn(message));
  });

  test('include any valid uid that a token names', () => {
    fc.assert(
      fc.property(anyUid, fc.string(), fc.string(), (uid, before, after) => {
        expect(mentions({ text: `${before}<@uid:${uid}>${after}` }).uids).toContain(uid);
      }),
    );
  });

  test.each([
    ['bob', { mentions: ['bob'], mentionsAll: true }, 'user'],
    ['bob', { mentions: ['carol'], mentionsAll: true }, 'all'],
    ['bob', { mentions: ['carol'] }, undefined],
    ['Bob', { mentions: ['bob'] }, undefined],
  ])('%s is mentioned by %j as: %s', (uid, fields, how) => {
    expect(mentionOf(mentions(fields), uid)).toBe(how);
  });
});

describe('a text as readers see it', () => {
  const names = new Map([
    ['bob', 'Bob B.'],
    ['eve', '$& <@uid:bob>'],
  ]);
  const read = (text: string) => withNames(text, (uid) => names.get(uid));

  test.each([
    ['hi', 'hi'],
    ['hi <@uid:bob>!', 'hi @Bob B.!'],
    ['<@uid:carol><@uid:bob>', '@carol@Bob B.'],
    ['<@all:everyone> look', '@everyone look'],
    ['<@uid:> <@all:> <@uid:b b>', '<@uid:> <@all:> <@uid:b b>'],
    ['<@uid:eve>', '@$& <@uid:bob>'],
  ])('%j is %j', (text, plain) => {
    expect(read(text)).toBe(plain);
  });

  const anyPart = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('<@uid:bob>', '<@uid:eve>', '<@uid:carol>', '<@all:everyone>', '<@uid:', '>'),
  );

  test('begins as the whole text does, however little of it is read', () => {
    fc.assert(
      fc.property(fc.array(anyPart), fc.nat({ max: 60 }), (parts, limit) => {
        const text = parts.join('');
        expect(withNames(text, (uid) => names.get(uid), limit)).toBe(read(text).slice(0, limit));
      }),
    );
  });

  test('asks for no more names than fit', () => {
    const asked: string[] = [];
    const nameOf = (uid: string) => {
      asked.push(uid);
      return undefined;
    };
    expect(withNames('<@uid:x>'.repeat(8192), nameOf, 100)).toBe('@x'.repeat(50));
    expect(asked).toHaveLength(50);
  });
});
