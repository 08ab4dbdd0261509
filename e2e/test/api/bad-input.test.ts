import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Api } from '../support/api.ts';
import { aCall, aMessage } from '../support/events.ts';
import { createApp, type System, startSystem } from '../support/system.ts';

let system: System;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system[Symbol.asyncDispose]());

const PROVIDER = '/v3/notifications/push/v1/providers/custom';

/** Expects a 4xx with this code and a message that begins with the field's name. */
async function refuses(answer: ReturnType<Api['get']>, status: number, code: string, field: string) {
  const { status: given, body } = await answer;
  expect({ status: given, code: body.error?.code }).toEqual({ status, code });
  expect(body.error.message.split(':')[0]).toBe(field);
}

describe('a bad event is refused with the name of the field', () => {
  test.each<[string, object]>([
    ['id', { id: 'no spaces' }],
    ['id', { id: 'x'.repeat(129) }],
    ['type', { type: 'message.shouted' }],
    ['sentAt', { sentAt: 1741847453 }],
    ['sentAt', { sentAt: '2025-03-13' }],
    ['sender', { sender: undefined }],
    ['sender.uid', { sender: { uid: 'a b' } }],
    ['sender.uid', { sender: { uid: 'x'.repeat(101) } }],
    ['sender.colour', { sender: { uid: 'alice', colour: 'red' } }],
    ['sender.avatar', { sender: { uid: 'alice', avatar: 'not a url' } }],
    ['conversation.type', { conversation: { type: 'channel', id: 'x' } }],
    ['conversation.id', { conversation: { type: 'group', id: 'ümlaut' } }],
    ['message.id', { message: { text: 'hi' } }],
    ['message.text', { message: { id: '1', text: 5 } }],
    ['message.mentions[1]', { message: { id: '1', mentions: ['bob', 'b b'] } }],
    ['recipients', { recipients: [] }],
    ['recipients', { recipients: Array.from({ length: 10_001 }, (_, i) => `u${i}`) }],
    ['recipients[0]', { recipients: ['a b'] }],
    ['custom', { custom: 'text' }],
    ['custom', { custom: JSON.parse(`${'{"a":'.repeat(60)}1${'}'.repeat(60)}`) }],
    ['unheardOf', { unheardOf: 1 }],
  ])('%s', async (field, changes) => {
    const event = aMessage(changes);
    await refuses(system.backend.post('/v3/events', event), 400, 'ERR_BAD_REQUEST', field);
    expect((await system.backend.get(`/v3/events/${encodeURIComponent(event.id)}`)).status).not.toBe(200);
  });

  test('call.type', () =>
    refuses(
      system.backend.post('/v3/events', aCall({ call: { sessionId: 's', type: 'smoke' } })),
      400,
      'ERR_BAD_REQUEST',
      'call.type',
    ));
});

describe('a body that is no event is refused', () => {
  test('not JSON', () => refuses(system.backend.post('/v3/events', '{"id":'), 400, 'ERR_BAD_REQUEST', 'body'));
  test('nothing', () => refuses(system.backend.call('POST', '/v3/events'), 400, 'ERR_BAD_REQUEST', 'body'));
  test('an empty list', () => refuses(system.backend.post('/v3/events', []), 400, 'ERR_BAD_REQUEST', 'body'));
  test('more than 1,000', () =>
    refuses(system.backend.post('/v3/events', Array(1001).fill(aMessage())), 400, 'ERR_BAD_REQUEST', 'body'));
  test('too large', () =>
    refuses(
      system.backend.post('/v3/events', aMessage({ custom: { blob: 'x'.repeat(6 * 1024 * 1024) } })),
      413,
      'ERR_PAYLOAD_TOO_LARGE',
      'body',
    ));
  test('another content type', () =>
    refuses(
      system.backend.call('POST', '/v3/events', 'a=b', { 'content-type': 'application/x-www-form-urlencoded' }),
      415,
      'ERR_UNSUPPORTED_MEDIA_TYPE',
      'content-type',
    ));
  test('a thousand events of a kilobyte are not too large', async () => {
    const events = Array.from({ length: 1000 }, () => aMessage({ custom: { blob: 'x'.repeat(1000) } }));
    const { status, body } = await system.backend.post('/v3/events', events);
    expect(status).toBe(202);
    expect(body.data.events).toHaveLength(1000);
  });
});

describe('who is not allowed is turned away, and told why', () => {
  const as = (headers: Record<string, string>) => new Api(system.url, headers);

  test('no key', async () => {
    const { status, body } = await as({}).post('/v3/events', aMessage());
    expect([status, body.error.code]).toEqual([401, 'AUTH_ERR_EMPTY_APIKEY']);
  });
  test('a wrong key', async () => {
    const { status, body } = await as({ apikey: 'fk_wrong' }).post('/v3/events', aMessage());
    expect([status, body.error.code]).toEqual([401, 'AUTH_ERR_APIKEY_NOT_FOUND']);
  });
  test('a wrong key with a bad body is refused for the key first', async () => {
    expect((await as({ apikey: 'fk_wrong' }).post('/v3/events', {})).status).toBe(401);
  });
  test('a key that lacks the scope', async () => {
    const { body } = await system.admin.post('/v3/apps/app123/apikeys', { scopes: ['publish'] });
    const answer = await as({ apikey: body.data.apiKey }).put('/v3/users/bob', {});
    expect([answer.status, answer.body.error.code]).toEqual([403, 'AUTH_ERR_NO_ACCESS']);
  });
  test('a key of another app', async () => {
    const other = await createApp(system.admin, system.url, 'other');
    await system.backend.post('/v3/events', aMessage({ id: 'mine' }));
    expect((await other.get('/v3/events/mine')).status).toBe(404);
    const { status } = await other.call('GET', '/v3/events/mine', undefined, { appid: 'app123' });
    expect(status).toBe(403);
  });
  test('an API key does nothing of the operator', async () => {
    expect((await system.backend.get('/v3/apps')).status).toBe(401);
  });
  test('a revoked key', async () => {
    const { body } = await system.admin.post('/v3/apps/app123/apikeys', {});
    await system.admin.delete(`/v3/apps/app123/apikeys/${body.data.id}`);
    expect((await as({ apikey: body.data.apiKey }).get('/v3/events/x')).status).toBe(401);
  });
});

describe('bad registry input is refused with the name of the field', () => {
  test.each<[string, string, object, string]>([
    ['PUT', '/v3/users/a%20b', {}, 'uid'],
    ['PUT', '/v3/users/bob', { timezone: 'Mars/Olympus' }, 'timezone'],
    ['PUT', '/v3/users/bob', { avatar: 'x' }, 'avatar'],
    ['PUT', '/v3/users/bob', { deactivated: 'yes' }, 'deactivated'],
    ['PUT', '/v3/groups/a%20b', {}, 'guid'],
    ['POST', '/v3/groups/g/members', { participants: ['a b'] }, 'participants[0]'],
    ['POST', '/v3/groups/g/members', {}, 'participants'],
    ['POST', '/v3/dead-letters/replay', {}, 'body'],
    ['POST', '/v3/dead-letters/replay', { ids: ['x'], colour: 1 }, 'colour'],
    ['GET', '/v3/dead-letters?cursor=zzz', {}, 'cursor'],
    ['GET', '/v3/dead-letters?limit=0', {}, 'limit'],
    ['GET', '/v3/dead-letters?provider=pigeon', {}, 'provider'],
  ])('%s %s %j', async (method, path, body, field) => {
    await system.backend.put('/v3/groups/g', {});
    const sent = method === 'GET' ? undefined : body;
    await refuses(system.backend.call(method, path, sent), 400, 'ERR_BAD_REQUEST', field);
  });

  test('a line of a member list', async () => {
    await system.backend.put('/v3/groups/g2', {});
    await system.backend.loadMembers('g2', ['bob']);
    const answer = await system.backend.loadMembers('g2', ['carol', 'd d']);
    expect(answer.body.error.message).toMatch(/^line 2: uid: /);
    expect((await system.backend.get('/v3/groups/g2/members')).body.data).toEqual([{ uid: 'bob' }]);
  });

  test('an app that does not exist, and nothing is written for it', async () => {
    for (const [method, path] of [
      ['PUT', '/v3/users/bob'],
      ['POST', '/v3/events'],
      ['GET', PROVIDER],
    ] as const) {
      const body = method === 'GET' ? undefined : {};
      const answer = await system.admin.call(method, path, body, { appid: 'ghost' });
      expect([answer.status, answer.body.error.code]).toEqual([404, 'ERR_APP_NOT_FOUND']);
    }
    expect((await system.admin.post('/v3/apps', { appId: 'ghost' })).status).toBe(201);
  });

  test('a path that cannot be read, without repeating it', async () => {
    const { status, body } = await system.backend.get('/v3/users/SECRET%zz');
    expect([status, body.error.code]).toEqual([400, 'ERR_BAD_REQUEST']);
    expect(JSON.stringify(body)).not.toContain('SECRET');
  });

  test('NDJSON where it is not taken', () =>
    refuses(
      system.backend.call('PUT', '/v3/users/bob', '{}', { 'content-type': 'application/x-ndjson' }),
      415,
      'ERR_UNSUPPORTED_MEDIA_TYPE',
      'content-type',
    ));

  test('an app', async () => {
    await refuses(system.admin.post('/v3/apps', { appId: 'a b' }), 400, 'ERR_BAD_REQUEST', 'appId');
    await refuses(system.admin.post('/v3/apps', { appId: 'app123' }), 409, 'ERR_APP_ALREADY_EXISTS', 'appId');
    await refuses(system.admin.post('/v3/apps', { appId: 'x', plan: 'gold' }), 400, 'ERR_BAD_REQUEST', 'plan');
    await refuses(system.admin.post('/v3/apps/nope/apikeys', {}), 404, 'ERR_APP_NOT_FOUND', 'appId');
  });

  test('what is not there', async () => {
    await refuses(system.backend.get('/v3/users/no-one'), 404, 'ERR_UID_NOT_FOUND', 'uid');
    await refuses(system.backend.get('/v3/groups/nowhere'), 404, 'ERR_GUID_NOT_FOUND', 'guid');
    await refuses(system.backend.get('/v3/events/nothing'), 404, 'ERR_EVENT_NOT_FOUND', 'id');
    expect((await system.backend.get('/v3/nothing')).body.error.code).toBe('ERR_ROUTE_NOT_FOUND');
  });
});

describe('an unsafe webhook is refused on entry', () => {
  test.each([
    'http://example.com/hook',
    'ftp://example.com/hook',
    'https://10.0.0.1/hook',
    'https://192.168.1.1/hook',
    'https://169.254.169.254/latest/meta-data',
    'https://[fd00::1]/hook',
    'https://[::ffff:10.0.0.1]/hook',
    'https://0x0a000001/hook',
    'https://metadata.google.internal/hook',
    'https://user:secret@example.com/hook',
    'not a url',
  ])('%s', async (webhookURL) => {
    await using strict = await startSystem({ apps: [], env: { WEBHOOK_ALLOW_HTTP: 'false', WEBHOOK_ALLOW_CIDRS: '' } });
    const answer = await strict.backend.post(PROVIDER, { webhookURL });
    expect([answer.status, answer.body.error.code]).toEqual([400, 'ERR_BAD_REQUEST']);
    expect(answer.body.error.message).toMatch(/^webhookURL: /);
    expect(JSON.stringify(answer.body)).not.toContain('secret');
  });

  test.each<[string, object]>([
    ['basicAuthPassword', { useBasicAuth: true, basicAuthUsername: 'u', basicAuthPassword: 'p'.repeat(1025) }],
    ['basicAuthUsername', { useBasicAuth: true, basicAuthUsername: 'a:b', basicAuthPassword: 'p' }],
    ['signingSecret', { signingSecret: 'short' }],
  ])('%s', (field, changes) => refuses(system.backend.put(PROVIDER, changes), 400, 'ERR_BAD_REQUEST', field));
});

test('a webhook whose name leads into a private network is refused before a byte is sent', async () => {
  // Ingest takes the name; it is the sender that looks where it leads.
  await using strict = await startSystem({ senderEnv: { WEBHOOK_ALLOW_CIDRS: '10.0.0.0/8' } });
  const { port } = new URL(strict.hooks.url);
  await strict.backend.put(PROVIDER, { webhookURL: `http://localhost:${port}/webhook/hook` });
  const event = aMessage();
  await strict.backend.post('/v3/events', event);
  const counts = await strict.done(event.id);
  expect(counts).toMatchObject({ accepted: 0, rejected: 1 });
  const { body } = await strict.backend.get('/v3/dead-letters');
  expect(body.data).toEqual([expect.objectContaining({ reason: 'unsafe_address' })]);
  expect(strict.hook.counts().received).toBe(0);
});

test('secrets come back in no answer', async () => {
  await system.backend.put(PROVIDER, { signingSecret: `whsec_${Buffer.from('s'.repeat(32)).toString('base64')}` });
  const answers = await Promise.all([system.backend.get(PROVIDER), system.admin.get('/v3/apps/app123/apikeys')]);
  const text = JSON.stringify(answers.map((answer) => answer.body));
  expect(text).not.toContain('correct horse battery');
  expect(text).not.toContain('whsec_');
  expect(text).not.toMatch(/fk_[\w-]{20}/);
});

test('too many failed authentications from one address are answered 429 with Retry-After', async () => {
  await using limited = await startSystem({ apps: [], env: { AUTH_FAILURES_PER_MINUTE: '3' } });
  const stranger = new Api(limited.url, { apikey: 'fk_guess' });
  const statuses = [];
  for (let i = 0; i < 4; i++) statuses.push((await stranger.get('/v3/events/x')).status);
  expect(statuses).toEqual([401, 401, 401, 429]);
  const answer = await stranger.get('/v3/events/x');
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
});
