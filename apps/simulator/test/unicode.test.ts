import { describe, expect, test } from '@jest/globals';
import { anApns, anFcm } from './push-clients.ts';
import { aBody, aSimulator, post } from './setup.ts';

/** An invalid JSON string, as it appears in the body. */
const ILL_FORMED: [string, string][] = [
  ['the first half of an emoji', '"party \\ud83c"'],
  ['the second half of one, in capitals', '"\\uDF89 party"'],
  ['two halves in the wrong order', '"\\udf89\\ud83c"'],
  ['half of one after a backslash', '"\\\\\\ud83c"'],
];
const WELL_FORMED: [string, string][] = [
  ['an emoji as two escapes', '"\\ud83c\\udf89"'],
  ['what only looks like an escape', '"\\\\ud83c"'],
  ['U+FFFD', '"\\ufffd"'],
];
const DEVICE = 'a1'.repeat(32);

describe.each([
  ...ILL_FORMED.map((row) => [...row, false] as const),
  ...WELL_FORMED.map((row) => [...row, true] as const),
])('%s: %s', (_what, text, isTaken) => {
  test('FCM', async () => {
    const { post: postMessage } = await anFcm();
    const answer = await postMessage(`{"message":{"token":"a-registration-token","data":{"body":${text}}}}`);
    expect(answer.status).toBe(isTaken ? 200 : 400);
    if (!isTaken) expect(JSON.parse(answer.text).error).toMatchObject({ status: 'INVALID_ARGUMENT' });
  });

  test('APNs', async () => {
    const { to } = await anApns();
    const answer = await to(DEVICE, {}, `{"aps":{"alert":${text}}}`);
    expect([answer.status, answer.text]).toEqual(isTaken ? [200, ''] : [400, '{"reason":"PayloadEmpty"}']);
  });

  test('a webhook', async () => {
    const { url } = await aSimulator();
    const body = JSON.stringify(aBody('bob')).replace('{', `{"more":${text},`);
    expect((await post(`${url}/webhook`, body)).status).toBe(isTaken ? 200 : 400);
  });
});

test('bytes that are not UTF-8 are refused', async () => {
  const { url } = await aSimulator();
  const body = Buffer.from(JSON.stringify(aBody('bob')).replace('{', '{"more":"é",'), 'latin1');
  const headers = { 'content-type': 'application/json' };
  expect((await fetch(`${url}/webhook`, { method: 'POST', headers, body })).status).toBe(400);
});
