import { expect, test } from '@jest/globals';
import { anFcm, exchange, NOW } from './push-clients.ts';

const token = 'a-registration-token';

test('text that is not JSON is refused', async () => {
  const { post } = await anFcm();
  const { status, text } = await post('{"message":');
  expect(status).toBe(400);
  expect(JSON.parse(text)).toMatchObject({
    error: { message: expect.stringContaining('Invalid JSON payload received.') },
  });
});

test('a dry run is answered with a fake message id, and is not a delivery', async () => {
  const { simulator, send } = await anFcm();
  for (let i = 0; i < 2; i++) {
    const { text } = await send({ token, data: { tag: '1' } }, { validate_only: true });
    expect(JSON.parse(text)).toEqual({ name: 'projects/demo/messages/fake_message_id' });
  }
  expect(simulator.fcm.counts()).toMatchObject({ received: 2, acceptedTwice: 0 });
});

const body = JSON.stringify({ message: { token } });
const unauthenticated = { error: { code: 401, status: 'UNAUTHENTICATED' } };

test('without an access token, and with an unknown one, a request is unauthenticated', async () => {
  const { session, post } = await anFcm();
  const bare = await exchange(session, { ':path': '/v1/projects/demo/messages:send' }, body);
  expect(bare.status).toBe(401);
  expect(JSON.parse(bare.text)).toMatchObject(unauthenticated);
  const unknown = await post(body, { authorization: 'Bearer ya29.unknown' });
  expect(unknown.status).toBe(401);
  expect(JSON.parse(unknown.text)).toMatchObject(unauthenticated);
  expect(unknown.headers['www-authenticate']).toContain('error="invalid_token"');
});

test('an access token is valid for 3599 seconds', async () => {
  let now = NOW;
  const { post } = await anFcm({}, { now: () => now });
  now += 3_598_999;
  expect((await post(body)).status).toBe(200);
  now += 1;
  const { status, text } = await post(body);
  expect(status).toBe(401);
  expect(JSON.parse(text)).toMatchObject({ error: { details: [{ reason: 'ACCESS_TOKEN_EXPIRED' }] } });
});

test('an access token of another project is denied', async () => {
  const { post } = await anFcm();
  const { status, text } = await post(body, { ':path': '/v1/projects/other/messages:send' });
  expect(status).toBe(403);
  expect(JSON.parse(text)).toMatchObject({ error: { status: 'PERMISSION_DENIED' } });
  expect(text).not.toContain('FcmError');
});

test('another path or method is a page of HTML, not found', async () => {
  const { post } = await anFcm();
  const other = [{ ':path': '/v1/projects/demo/messages' }, { ':method': 'PUT' }];
  for (const headers of other) {
    const { status, headers: got } = await post(body, headers);
    expect(status).toBe(404);
    expect(got['content-type']).toBe('text/html; charset=UTF-8');
  }
});
