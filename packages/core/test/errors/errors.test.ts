import { readFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { badRequest, ERRORS, type ErrorCode, FanfareError, fieldProblems } from '../../src/index.ts';

const CATALOGUE = Object.entries(ERRORS);

describe.each(CATALOGUE)('%s', (code, { status, retry, meaning }) => {
  test('is an error status with a sentence that explains it', () => {
    expect(code).toMatch(/^(AUTH_)?ERR(_[A-Z]+)+$/);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(600);
    expect(meaning).toMatch(/^[A-Z`].{10,}\.$/);
  });

  test('may be retried exactly when the request is not at fault', () => {
    expect(retry).toBe(status === 429 || status >= 500);
  });

  test('is the code and status of its error', () => {
    const error = new FanfareError(code as ErrorCode, 'uid: is not known');
    expect(error).toMatchObject({ name: 'FanfareError', code, status, message: 'uid: is not known' });
  });
});

test('docs/errors.md lists exactly the catalogue, in its order', async () => {
  const page = await readFile(new URL('../../../../docs/errors.md', import.meta.url), 'utf8');
  const rows = page.split('\n').filter((line) => /^\| [A-Z]+_/.test(line));
  expect(rows).toEqual(
    CATALOGUE.map(
      ([code, { status, retry, meaning }]) => `| ${code} | ${status} | ${retry ? 'yes' : 'no'} | ${meaning} |`,
    ),
  );
});

test("an error carries the caller's message and the log's cause", () => {
  const cause = new Error('connection refused');
  const error = new FanfareError('ERR_UNAVAILABLE', 'Redis is away', { details: { a: 1 }, retryAfterS: 3, cause });
  expect(error).toMatchObject({ details: { a: 1 }, retryAfterS: 3, cause });
  expect(new FanfareError('ERR_INTERNAL', 'a bug')).not.toHaveProperty('cause');
});

describe('a problem with an input', () => {
  const Input = z.strictObject({
    uid: z.string(),
    members: z.array(
      z.strictObject({ uid: z.string(), deep: z.strictObject({ list: z.array(z.number()) }).optional() }),
    ),
  });
  const wrong = (input: unknown) => {
    const { error } = Input.safeParse(input);
    return error ? fieldProblems(error).map(({ field }) => field) : [];
  };

  test.each([
    ['the whole body', 'text', ['body']],
    ['a field', { uid: 7, members: [] }, ['uid']],
    ['a field of a list entry', { uid: 'bob', members: [{ uid: 'a' }, { uid: 7 }] }, ['members[1].uid']],
    [
      'an entry deep inside',
      { uid: 'b', members: [{ uid: 'a', deep: { list: [1, 'x'] } }] },
      ['members[0].deep.list[1]'],
    ],
    ['two unknown fields', { uid: 'bob', members: [], x: 1, y: 2 }, ['x', 'y']],
    ['an unknown field of a list entry', { uid: 'bob', members: [{ uid: 'a', x: 1 }] }, ['members[0].x']],
  ])('names the field: %s', (_, input, fields) => {
    expect(wrong(input)).toEqual(fields);
  });

  test('names a field by at most a hundred characters of its name', () => {
    const fits = 'x'.repeat(100);
    expect(wrong({ uid: 'bob', members: [], [fits]: 1 })).toEqual([fits]);
    expect(wrong({ uid: 'bob', members: [], [`${fits}y`]: 1 })).toEqual([`${fits}…`]);
  });

  test('is in the message, and all are listed in the details', () => {
    const problems = [
      { field: 'uid', problem: 'is missing' },
      { field: 'x', problem: 'is not a known field' },
    ];
    expect(badRequest(problems)).toMatchObject({
      code: 'ERR_BAD_REQUEST',
      message: 'uid: is missing',
      details: { problems },
    });
    expect(badRequest([]).message).toBe('body: is not valid');
  });
});
