import { Writable } from 'node:stream';
import { createLogger } from '@fanfare/runtime';
import { expect, test } from '@jest/globals';
import { privateIngest } from '../support/private-ingest.ts';

const { deps, logIn, backend } = await privateIngest();

const TOKENS = '/v3/notifications/push/v1/tokens';
const TOKEN = 'tok-that-moves';

test('a push token that moves to another user is logged, without the token', async () => {
  const lines: string[] = [];
  const destination = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  deps.log = createLogger({ name: 'ingest', level: 'info', destination });
  const mona = await logIn('mona');
  const body = { platform: 'fcm_android', fcmToken: TOKEN };
  await mona('POST', TOKENS, body);
  await mona('POST', TOKENS, body);
  expect(lines).toEqual([]);
  await (await logIn('nina'))('POST', TOKENS, body);
  await backend('POST', `${TOKENS}?uid=olga`, body);
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { msg: 'push_token.moved', appId: 'demo', from: 'mona', to: 'nina', platform: 'fcm_android' },
    { msg: 'push_token.moved', appId: 'demo', from: 'nina', to: 'olga', platform: 'fcm_android' },
  ]);
  expect(lines.join('')).not.toContain(TOKEN);
});
