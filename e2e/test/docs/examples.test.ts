import { createHmac } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { addPushProviders } from '../support/devices.ts';
import { exampleEnv, printed, runExample, startExample } from '../support/example.ts';
import { BASIC_AUTH, posts, type System, startSystem } from '../support/system.ts';

const SECRET = `whsec_${Buffer.alloc(32, 5).toString('base64')}`;
const OTHER_SECRET = `whsec_${Buffer.alloc(32, 6).toString('base64')}`;

test('send-event publishes a message and tells what came of it', async () => {
  await using system = await startSystem();
  const output = await runExample('send-event.js', ['--text', 'from the example'], await exampleEnv(system));
  expect(output).toMatch(/^message-\S+: accepted\naudience 1, planned 1, accepted 1\n$/);
  const [post] = await posts(system.hook, 1);
  expect(post?.json).toMatchObject({ data: { to: { uid: 'bob' }, notificationDetails: { body: 'from the example' } } });
});

test('register-device logs in, registers a token, sets preferences and mutes a group', async () => {
  await using system = await startSystem();
  await addPushProviders(system);
  const output = await runExample('register-device.js', [], await exampleEnv(system));
  expect(output).toContain('registered: fcm_web example-token\ngroup messages: mentions only\nsundays: quiet\n');
  expect(output).toMatch(/muted: hiking until \d{4}-/);
  const { body } = await system.backend.get('/v3/notifications/v1/preferences/mute?uid=carol');
  expect(body.data.mutedConversations).toMatchObject([{ id: 'hiking', type: 'group' }]);
});

/** The receiver, as the app's custom provider. */
async function startReceiver({ backend }: System) {
  const example = startExample('webhook-receiver/receiver.js', [], {
    PORT: '0',
    WEBHOOK_USERNAME: BASIC_AUTH.username,
    WEBHOOK_PASSWORD: BASIC_AUTH.password,
    WEBHOOK_SECRET: SECRET,
  });
  const url = `http://127.0.0.1:${await printed(example, /Listening on port (\d+)/)}/webhook`;
  const { status, body } = await backend.put('/v3/notifications/push/v1/providers/custom', {
    webhookURL: url,
    useBasicAuth: true,
    basicAuthUsername: BASIC_AUTH.username,
    basicAuthPassword: BASIC_AUTH.password,
    signingSecret: SECRET,
  });
  if (status !== 200) throw new Error(`${status}: ${JSON.stringify(body)}`);
  return { example, url };
}

test('the webhook receiver takes what Fanfare posts and shows it', async () => {
  await using system = await startSystem();
  const { example } = await startReceiver(system);
  await using _example = example;
  const output = await runExample('send-event.js', ['--text', 'over the webhook'], await exampleEnv(system));
  expect(output).toContain('accepted 1');
  expect(await printed(example, /to (bob: Alice: over the webhook)/)).toBeDefined();
});

test('the webhook receiver refuses who has not the password or has not signed, and what is not for it', async () => {
  await using system = await startSystem({ apps: [] });
  const { example, url } = await startReceiver(system);
  await using _example = example;
  const authorization = `Basic ${btoa(`${BASIC_AUTH.username}:${BASIC_AUTH.password}`)}`;
  const post = async (headers: Record<string, string>, body = '{}') =>
    (await fetch(url, { method: 'POST', headers, body })).status;
  expect(await post({})).toBe(401);
  expect(await post({ authorization: `${authorization}x` })).toBe(401);
  expect(await post({ authorization })).toBe(401);
  expect(await post({ authorization, ...signed('{}', OTHER_SECRET) })).toBe(401);
  expect(await post({ authorization, ...signed('{}') })).toBe(400);
  expect(await post({ authorization, ...signed('no JSON') }, 'no JSON')).toBe(400);
  expect(await post({ authorization }, 'x'.repeat(1024 * 1024 + 1))).toBe(413);
  expect((await fetch(url)).status).toBe(404);
});

/** The headers of Standard Webhooks for this body, signed now. */
function signed(body: string, secret = SECRET): Record<string, string> {
  const timestamp = String(Math.floor(Date.now() / 1000));
  const mac = createHmac('sha256', Buffer.from(secret.slice('whsec_'.length), 'base64'));
  const signature = mac.update(`msg_1.${timestamp}.${body}`).digest('base64');
  return { 'webhook-id': 'msg_1', 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
}

test('every program says with --help how it is used, and fails without its key', async () => {
  for (const path of ['send-event.js', 'register-device.js', 'webhook-receiver/receiver.js']) {
    expect(await runExample(path, ['--help'], {})).toContain(`node examples/${path}`);
    await using without = startExample(path, [], {});
    expect(await without.ended).toBe(1);
  }
});
