import { expect, test } from '@jest/globals';
import { answering, askAt } from '../support/membership.ts';

const BAD = { kind: 'failed', reason: 'bad_answer' };
const uids = (count: number) => Array.from({ length: count }, (_, i) => `${i}-`.padEnd(100, 'x'));

const answerTo = async (answer: unknown, status = 200, headers = {}) => {
  await using endpoint = await answering(answer, status, headers);
  return await askAt({ url: endpoint.url });
};

test.each([
  ['no cursor', { members: ['bob'] }, { kind: 'page', members: ['bob'] }],
  ['an empty cursor', { members: ['bob'], cursor: '' }, { kind: 'page', members: ['bob'] }],
  ['null for a cursor', { members: ['bob'], cursor: null }, { kind: 'page', members: ['bob'] }],
  ['no members, and more to come', { members: [], cursor: 'x' }, { kind: 'page', members: [], cursor: 'x' }],
  ['a uid twice', { members: ['bob', 'al', 'bob'] }, { kind: 'page', members: ['bob', 'al'] }],
  ['fields of its own', { members: ['bob'], total: 1 }, { kind: 'page', members: ['bob'] }],
  ['a uid of an object', { members: ['constructor'] }, { kind: 'page', members: ['constructor'] }],
])('%s is a page', async (_what, answer, page) => {
  expect(await answerTo(answer)).toEqual(page);
});

test('ten thousand of the longest uids are one page, one more is refused', async () => {
  expect(await answerTo({ members: uids(10_000) })).toMatchObject({ kind: 'page', members: { length: 10_000 } });
  expect(await answerTo({ members: uids(10_001) })).toEqual(BAD);
});

test.each([
  ['nothing', ''],
  ['what is not JSON', '<html>login</html>'],
  ['JSON that breaks off', '{"members":["bob"'],
  ['a bare list', ['bob']],
  ['no list', {}],
  ['an object for a list', { members: { bob: true } }],
  ['a uid that is a number', { members: ['bob', 7] }],
  ['a uid with a line feed', { members: ['bob\n'] }],
  ['an empty uid', { members: [''] }],
  ['a uid of 101 characters', { members: ['x'.repeat(101)] }],
  ['a cursor that is a number', { members: ['bob'], cursor: 2 }],
  ['a cursor that is an object', { members: ['bob'], cursor: {} }],
  ['a cursor of 1001 characters', { members: ['bob'], cursor: 'x'.repeat(1001) }],
  ['a cursor no URL can hold', '{"members":["bob"],"cursor":"\\ud800"}'],
  ['more bytes than are read', `{"members":["bob"],"more":"${'x'.repeat(2 * 1024 * 1024)}"}`],
])('%s is not taken for the end of the group, nor for a part of it', async (_what, answer) => {
  expect(await answerTo(answer)).toEqual(BAD);
});

test.each([201, 204, 301, 400, 401, 404, 410, 429, 500, 503])(
  'status %i with a good body is a page only when it is a yes',
  async (status) => {
    // 204 has no body.
    const expected =
      status === 201 ? { kind: 'page', members: ['bob'] } : status === 204 ? BAD : { reason: `http_${status}` };
    expect(await answerTo({ members: ['bob'] }, status)).toMatchObject(expected);
  },
);

test('a redirect is not followed', async () => {
  await using target = await answering({ members: ['bob'] });
  expect(await answerTo('', 302, { location: target.url })).toEqual({ kind: 'failed', reason: 'http_302' });
  expect(target.connections()).toBe(0);
});

test('a compressed answer is not decompressed: its size would be unbounded', async () => {
  expect(await answerTo('\x1f\x8b\x08', 200, { 'content-encoding': 'gzip' })).toEqual(BAD);
});
