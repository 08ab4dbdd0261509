import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { cometChatLines } from '../../src/import/cometchat.ts';
import { csvLines } from '../../src/import/csv.ts';
import { objectsInArrays } from '../../src/import/json-objects.ts';

async function* pieces(text: string, size = text.length): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size);
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const got = [];
  for await (const item of items) got.push(item);
  return got;
}

describe('objects in arrays', () => {
  test('are found however the text is cut into pieces, and whatever they contain', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.dictionary(fc.string(), fc.jsonValue())),
        fc.integer({ min: 1, max: 20 }),
        async (objects, size) => {
          const text = JSON.stringify({ meta: { a: '[{' }, data: objects });
          const plain = JSON.parse(JSON.stringify(objects));
          expect(await all(objectsInArrays(pieces(text, size)))).toEqual(plain);
        },
      ),
      { numRuns: 200 },
    );
  });

  test('that are cut off or no JSON are an error', async () => {
    await expect(all(objectsInArrays(pieces('{"data":[{"uid":"bob"}')))).rejects.toThrow('the JSON ends too early');
    await expect(all(objectsInArrays(pieces('[{uid}]')))).rejects.toThrow('the file is not JSON');
    await expect(all(objectsInArrays(pieces(`[{"a":"${'x'.repeat(1_100_000)}`, 1000)))).rejects.toThrow(
      'is over 1000000',
    );
  });
});

/** As https://www.cometchat.com/docs/rest-api has them. */
const USERS = {
  data: [
    {
      uid: 'superhero1',
      name: 'Iron Man',
      avatar: 'https://data-us.cometchat.io/assets/images/avatars/ironman.png',
      status: 'offline',
      role: 'default',
      createdAt: 1629869270,
      tags: [{ not: 'a user' }],
    },
    { uid: 'superhero2', name: 'Captain America', avatar: '', deactivatedAt: 1630308676 },
  ],
  meta: { pagination: { total: 2, count: 2, per_page: 100, current_page: 1, total_pages: 1 } },
};
const USER_LINES = [
  {
    type: 'user',
    uid: 'superhero1',
    name: 'Iron Man',
    avatar: 'https://data-us.cometchat.io/assets/images/avatars/ironman.png',
  },
  { type: 'user', uid: 'superhero2', name: 'Captain America', deactivated: true },
];
const MEMBERS = {
  data: [{ uid: 'superhero3', name: 'Storm', scope: 'participant', joinedAt: 1638360106 }],
  meta: {},
  cursor: { updatedAt: 1638354799, affix: 'prepend' },
};

describe('answers of CometChat', () => {
  const read = (answer: unknown, options = {}) =>
    all(cometChatLines(pieces(typeof answer === 'string' ? answer : JSON.stringify(answer), 7), options));

  test('with users become users, alone, one after another or in a list', async () => {
    expect(await read(USERS)).toEqual(USER_LINES);
    expect(await read(`${JSON.stringify(USERS)}\n${JSON.stringify(USERS)}`)).toEqual([...USER_LINES, ...USER_LINES]);
    expect(await read([USERS, USERS])).toEqual([...USER_LINES, ...USER_LINES]);
    expect(await read(USERS.data)).toEqual(USER_LINES);
  });

  test('with groups become groups', async () => {
    const group = { guid: 'avengers', name: 'Avengers', type: 'public', membersCount: 4, scope: 'admin' };
    expect(await read({ data: [group] })).toEqual([{ type: 'group', guid: 'avengers', name: 'Avengers' }]);
  });

  test('with members become users and members of the group that is given', async () => {
    const user = { type: 'user', uid: 'superhero3', name: 'Storm' };
    expect(await read(MEMBERS, { guid: 'avengers' })).toEqual([
      user,
      { type: 'member', guid: 'avengers', uid: 'superhero3' },
    ]);
    await expect(read(MEMBERS)).rejects.toThrow('--group');
  });

  test('with push tokens become tokens', async () => {
    const token = { authToken: 'a', pushTokenType: 'chat', uid: 'bob', createdAt: 1 };
    const pushTokens = [
      { ...token, platform: 'FCM_ANDROID', providerId: 'fcm-1', pushToken: 't1' },
      { ...token, platform: 'apns_ios_voip', providerId: '', pushToken: 't2' },
    ];
    const lines = [
      { type: 'token', uid: 'bob', platform: 'fcm_android', token: 't1', providerId: 'fcm-1' },
      { type: 'token', uid: 'bob', platform: 'apns_ios_voip', token: 't2' },
    ];
    expect(await read({ data: { pushTokens } })).toEqual(lines);
    expect(await read([{ data: { pushTokens } }, { data: { pushTokens: [] } }])).toEqual(lines);
  });

  test('with anything else are an error', async () => {
    await expect(read({ data: [{ uid: 'a' }, { id: 7 }] })).rejects.toThrow('element 2 is not a user');
  });
});

describe('CSV', () => {
  const read = (text: string, options = {}) => all(csvLines(pieces(text, 3), options));

  test('has a line per record, with the fields of the first', async () => {
    const records = ['type,uid,name,deactivated,until', 'user,bob,"Bob ""B"", jr\nthe second",true,', ''];
    const text = `\ufeff${[...records, 'mute,carol,,,1741847453000'].join('\r\n')}`;
    expect(await read(text)).toEqual([
      { type: 'user', uid: 'bob', name: 'Bob "B", jr\nthe second', deactivated: true },
      { type: 'mute', uid: 'carol', until: 1_741_847_453_000 },
    ]);
  });

  test('may have one type for all, and preferences as JSON', async () => {
    const text = 'uid,preferences\nbob,"{""usePrivacyTemplate"":true}"\ncarol,{nonsense';
    expect(await read(text, { type: 'preferences' })).toEqual([
      { type: 'preferences', uid: 'bob', preferences: { usePrivacyTemplate: true } },
      { type: 'preferences', uid: 'carol', preferences: '{nonsense' },
    ]);
  });

  test('is read back as it was written', async () => {
    const cell = fc.string({ minLength: 1 }).filter((text) => !text.includes('\r'));
    const quote = (text: string) => `"${text.replaceAll('"', '""')}"`;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(cell, cell)), async (rows) => {
        const text = ['uid,name', ...rows.map((row) => row.map(quote).join())].join('\n');
        expect(await read(text, { type: 'user' })).toEqual(rows.map(([uid, name]) => ({ type: 'user', uid, name })));
      }),
      { numRuns: 200 },
    );
  });

  test.each([
    ['uid\nbob', 'has no column "type"'],
    ['type,uid\nuser', 'record 2 has 1 cells, the first has 2'],
    ['type,uid\nuser,"bob', 'ends within quotes'],
    [`type,uid\nuser,"${'x'.repeat(100_001)}`, 'a quote missing?'],
  ])('%#: what is wrong is an error', async (text, problem) => {
    await expect(read(text)).rejects.toThrow(problem);
  });
});
