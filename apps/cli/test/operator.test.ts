import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { until } from '@fanfare/testkit';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { runImport } from '../src/import/import.ts';
import { fanfare } from './support/command.ts';
import { type System, startSystem } from './support/system.ts';

const FANFARE = fileURLToPath(new URL('../bin/fanfare.js', import.meta.url));

let system: System;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system[Symbol.asyncDispose]());

interface Lane {
  openEvents: number;
}

/** Runs a command on the system, as its operator. */
const run = (line: string | readonly string[], around: Partial<Parameters<typeof fanfare>[1]> = {}) =>
  fanfare(line, { ...around, env: { ...system.env, ...around.env } });

const json = async (line: string | readonly string[]) => JSON.parse((await run(line)).out);

/** Sends a message from alice with this id and waits until it is done. */
const sendMessage = (id: string, to = 'bob') =>
  run(['send', '--from', 'alice', '--to', to, '--text', 'hi', '--id', id, '--wait']);

test('the command itself reads the environment, prints, sets the exit code and ends at Ctrl-C', async () => {
  const env = { ...system.env, PATH: process.env.PATH };
  const child = spawn(process.execPath, [FANFARE, 'status', '--watch', '--json'], { env });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  expect(JSON.parse((await lines.next()).value).verdict).toMatchObject([{ level: 'ok' }]);
  child.kill('SIGINT');
  const [code] = await once(child, 'close');
  expect(code).toBe(0);
});

test('Ctrl-C ends a command that waits for the keyboard', async () => {
  const stop = new AbortController();
  const waiting = run('apps delete acme', { isTyped: true, stdin: new Promise(() => {}), signal: stop.signal });
  await until(async () => (await run('status')).code === 0, 'the system answers');
  stop.abort();
  expect(await waiting).toMatchObject({ code: 1, out: '' });
});

test('--watch and --follow go on past failed requests, until Ctrl-C', async () => {
  const env = { FANFARE_URL: 'http://127.0.0.1:1' };
  for (const line of ['status --watch --every 1', 'events --follow --app acme']) {
    const stop = new AbortController();
    let failures = 0;
    const onError = () => {
      if (++failures === 2) stop.abort();
    };
    await run(line, { env, signal: stop.signal, onError });
    expect(failures).toBe(2);
  }
});

describe('fanfare status', () => {
  test('shows the verdict, lanes, processes and Redis, and exits with 0 if all is well', async () => {
    const { code, out } = await run('status');
    expect(code).toBe(0);
    expect(out).toMatch(/^OK +All queues are keeping up\.$/m);
    expect(out).toMatch(/^call +0 +0 +0 +0 +0 +–$/m);
    expect(out).toMatch(/^sender +\d.* fcm, apns, custom$/m);
    expect(out).toMatch(/^Redis: \d+ % full, on disk before each answer, noeviction/m);
    expect((await json('status --json')).verdict).toMatchObject([{ code: 'ok' }]);
  });

  test('exits with 1 while an endpoint refuses, and names it; --watch shows it again until Ctrl-C', async () => {
    system.hook.configure({ behaviour: { status: 503 } });
    let sent = 0;
    await until(async () => {
      await run(['send', '--from', 'alice', '--to', 'bob', '--text', 'hi', '--id', `refused-${sent++}`]);
      return (await run('status')).code === 1;
    }, 'the breaker is seen');
    const stop = new AbortController();
    let drawn = '';
    let verdicts = 0;
    const { code, out } = await run('status --watch --every 1', {
      signal: stop.signal,
      draw: (text) => (drawn += text),
      onLine: (line) => {
        if (/CRITICAL/.test(line) && ++verdicts === 2) stop.abort();
      },
    });
    expect(code).toBe(1);
    expect(out).toContain('The webhook http://127.0.0.1');
    expect(out).toMatch(/^acme +custom +http:\S+ +http_503/m);
    expect(drawn).toContain('\u001b[H');
    system.hook.configure({});
    // A retry that is due later would be rejected where a later test has the webhook reject.
    const isIdle = async () => (await json('status --json')).lanes.every((lane: Lane) => lane.openEvents === 0);
    await until(isIdle, 'everything refused has been sent', { timeoutMs: 60_000 });
    expect((await run('status')).code).toBe(0);
  });

  test('exits with 2 if the API gives no answer or refuses the key, and says which', async () => {
    const nowhere = await run('status', { env: { FANFARE_URL: 'http://127.0.0.1:1' } });
    expect(nowhere).toMatchObject({ code: 2, error: expect.stringContaining('ERR_NETWORK') });
    expect(nowhere.error).toContain('FANFARE_URL');
    expect((await run('status --url http://127.0.0.1:2')).error).toContain('127.0.0.1:2;');
    const page = await run('status', { env: { FANFARE_URL: `${system.url}/docs` } });
    expect(page).toMatchObject({ code: 2, error: expect.stringContaining('without /docs') });
    const wrong = await run('status', { env: { FANFARE_ADMIN_KEY: 'another key, which is long enough' } });
    expect(wrong).toMatchObject({ code: 2, error: expect.stringContaining('AUTH_ERR') });
    expect(wrong.error).not.toContain('another key');
  });

  test('takes the key from a file', async () => {
    const file = join(system.folder, 'admin.key');
    await writeFile(file, `${system.env.FANFARE_ADMIN_KEY}\n`);
    const env = { FANFARE_ADMIN_KEY: '', FANFARE_ADMIN_KEY_FILE: file };
    expect(await run('apps list', { env })).toMatchObject({ code: 0 });
    expect(await run('apps list', { env: { FANFARE_ADMIN_KEY: '' } })).toMatchObject({
      code: 2,
      error: expect.stringContaining('FANFARE_ADMIN_KEY is not set'),
    });
  });
});

describe('fanfare send, events, trace and explain', () => {
  test('a message is sent, and shown with its outcome and the reason for each user', async () => {
    expect(await sendMessage('m-1')).toEqual({ code: 0, out: 'm-1 accepted\nm-1 done: 1 accepted', error: '' });
    expect(await sendMessage('m-1')).toMatchObject({ out: expect.stringContaining('m-1 duplicate') });
    expect((await run('events --id m-1')).out).toMatch(/ m-1 +message\.sent +alice +bob +chat +done +1 accepted$/m);
    expect(await json('events --json --sender alice --limit 1')).toHaveLength(1);
    const traced = await run('trace m-1');
    expect(traced).toMatchObject({ code: 0, out: expect.stringMatching(/^bob +custom +– +accepted$/m) });
    expect((await run('trace m-1 bob')).out).toContain('Sent to bob: 1 of 1 target accepted it.');
    expect(await run('trace m-1 carol')).toMatchObject({ code: 1 });
    expect(await run('trace m-0')).toMatchObject({ code: 2, error: expect.stringContaining('ERR_EVENT_NOT_FOUND') });
  });

  test('events come from a file, a line each, or are piped in, and wrong ones are named', async () => {
    const event = (id: string) => ({
      id,
      type: 'message.sent',
      sentAt: Date.now(),
      sender: { uid: 'alice' },
      conversation: { type: 'user', id: 'bob' },
      message: { id, text: 'hi' },
    });
    const file = join(system.folder, 'events.ndjson');
    await writeFile(file, ['f-1', 'f-2'].map((id) => JSON.stringify(event(id))).join('\n'));
    expect(await run(['send', file])).toMatchObject({ code: 0, out: 'f-1 accepted\nf-2 accepted' });
    const wrong = { ...event('f-3'), sender: {} };
    expect(await run('send -', { stdin: JSON.stringify([wrong]) })).toMatchObject({
      code: 1,
      out: expect.stringContaining('f-3 rejected: sender.uid'),
    });
    expect(await run('send -', { stdin: '{"id":' })).toMatchObject({ code: 2, error: expect.stringContaining('JSON') });
    const env = { FANFARE_URL: 'http://127.0.0.1:1' };
    expect(await run('send', { env })).toMatchObject({ code: 2, error: expect.stringContaining('give a file') });
    expect(await run('send --from alice')).toMatchObject({
      code: 2,
      error: expect.stringContaining('--to or --group'),
    });
  });

  test('--follow prints each new event once, until Ctrl-C', async () => {
    await sendMessage('before');
    const stop = new AbortController();
    const lines: string[] = [];
    const following = run('events --follow --sender frank', {
      signal: stop.signal,
      onLine: (line) => lines.push(line),
    });
    for (const id of ['n-1', 'n-2']) {
      await run(['send', '--from', 'frank', '--to', 'bob', '--text', 'hi', '--id', id]);
      await until(() => lines.some((line) => line.includes(id)), `${id} is printed`);
    }
    stop.abort();
    expect((await following).code).toBe(0);
    expect(lines.map((line) => line.replace(/^\S+ \S+ +/, ''))).toEqual([
      'n-1  message.sent  frank → bob',
      'n-2  message.sent  frank → bob',
    ]);
  });

  test('explain says why a user would be notified or not, and sends nothing', async () => {
    const message = ['--from', 'alice', '--to', 'bob', '--text', 'hi', '--id', 'x-1'];
    const yes = await run(['explain', 'bob', ...message]);
    expect(yes).toMatchObject({ code: 0, out: expect.stringContaining('custom by custom') });
    expect(yes.out).toContain('"hi"');
    expect(await run(['explain', 'alice', ...message])).toMatchObject({ code: 1 });
    expect(await run('trace x-1')).toMatchObject({ code: 2 });
  });
});

describe('fanfare dead-letters', () => {
  /** A message whose notification the webhook rejects for each of so many users. */
  async function reject(id: string, users: number): Promise<void> {
    system.hook.configure({ behaviour: { status: 400 } });
    const event = {
      id,
      type: 'message.sent',
      sentAt: Date.now(),
      sender: { uid: 'alice' },
      conversation: { type: 'group', id: 'hiking' },
      recipients: Array.from({ length: users }, (_, i) => `hiker-${i}`),
      message: { id, text: 'hi' },
    };
    expect(await run('send - --wait', { stdin: JSON.stringify(event) })).toMatchObject({ code: 1 });
    system.hook.configure({});
  }

  test('are counted, listed, sent again and dropped', async () => {
    await reject('d-1', 2);
    expect((await run('dead-letters list')).out).toMatch(/^custom +http_400 +2 /m);
    const listed = await json('dead-letters list --each --json');
    expect(listed).toMatchObject([{ eventId: 'd-1' }, { eventId: 'd-1' }]);
    expect(await run(`dead-letters replay ${listed[0].id}`)).toMatchObject({ code: 0, out: 'done: 1 of 1 sent again' });
    expect(await run('dead-letters drop --reason http_400')).toMatchObject({
      code: 2,
      error: expect.stringContaining('1 dead letter of the app acme'),
    });
    const typed = { isTyped: true, stdin: 'acme\n' };
    expect(await run('dead-letters drop --reason http_400', typed)).toMatchObject({ code: 0, out: '1 dropped' });
    expect((await run('dead-letters list')).out).toBe('No dead letters.');
  });

  test('a replay shows a bar on a terminal; Ctrl-C stops it, and the rest stays listed', async () => {
    await reject('r-1', 30);
    const stop = new AbortController();
    let drawn = '';
    const draw = (text: string) => {
      drawn += text;
      stop.abort();
    };
    const { code, out } = await run('dead-letters replay --all', { draw, signal: stop.signal });
    expect(drawn.endsWith('\r\u001b[K')).toBe(true);
    const [, state, replayed] = /^(stopped|done): (\d+) of 30 sent again$/.exec(out) ?? [];
    expect(code).toBe(state === 'stopped' ? 1 : 0);
    const left = await json('dead-letters list --json');
    expect(Number(replayed) + (left[0]?.count ?? 0)).toBe(30);
    expect(await run('dead-letters replay --all')).toMatchObject({ code: 0 });
    // They are queued then; the next test has the webhook reject again.
    const accepted = async () => (await json('events --id r-1 --json'))[0].counts.accepted;
    await until(async () => (await accepted()) === 30, 'all have been sent');
  });

  test('many are dropped in batches with a bar; Ctrl-C stops it, and the rest stays listed', async () => {
    await reject('b-1', 250);
    const stop = new AbortController();
    const draw = () => stop.abort();
    expect(await run('dead-letters drop --all --yes', { draw, signal: stop.signal })).toMatchObject({
      code: 1,
      out: '200 dropped',
    });
    expect(await json('dead-letters list --json')).toMatchObject([{ count: 50 }]);
    expect(await run('dead-letters drop --all --yes')).toMatchObject({ code: 0, out: '50 dropped' });
  });

  test('which ones has to be said', async () => {
    for (const line of [
      'dead-letters drop',
      'dead-letters drop --all --reason http_400',
      'dead-letters replay x --all',
    ]) {
      expect(await run(line)).toMatchObject({ code: 2, error: expect.stringContaining('choose which') });
    }
  });
});

describe('fanfare apps, keys, providers, test-push and users', () => {
  test('an app is created, paused, resumed and, once confirmed, deleted', async () => {
    expect(await run(['apps', 'create', 'shop', '--name', 'Shop'])).toMatchObject({ code: 0 });
    expect((await run('apps pause shop')).out).toBe('Push is off for shop: nothing is sent.');
    expect((await run('apps list')).out).toMatch(/^shop +Shop +us +off /m);
    expect((await run('apps resume shop')).out).toBe('Push is on for shop.');
    expect(await run('events')).toMatchObject({ code: 2, error: expect.stringContaining('acme, shop') });
    expect(await run('events --app shop')).toMatchObject({ code: 0, out: 'No events.' });
    expect(await run('apps delete shop')).toMatchObject({ code: 2, error: expect.stringContaining('--yes') });
    const wrong = await run('apps delete shop', { isTyped: true, stdin: 'yes\n' });
    expect(wrong).toMatchObject({ code: 2, error: expect.stringContaining('nothing was deleted') });
    const right = await run('apps delete shop', { isTyped: true, stdin: 'shop\n' });
    expect(right).toMatchObject({ code: 0, out: 'Deleted shop.' });
  });

  test('a key is printed once, alone on standard output, and rotated without a gap', async () => {
    const { out: first } = await run('keys create --name backend --scope publish');
    expect(first).toMatch(/^fk_\S+$/);
    const [{ id }] = await json('keys list --json');
    const rotated = await run(`keys rotate ${id}`);
    expect(rotated.out).toMatch(/^fk_\S+$/);
    expect(rotated.error).toContain(`${id} still works`);
    const listed = await run('keys list');
    expect(listed.out).not.toContain(first);
    expect(listed.out.match(/backend +publish /g)).toHaveLength(2);
    expect(await run(`keys revoke ${id}`)).toMatchObject({ code: 2, error: expect.stringContaining('--yes') });
    expect(await run(`keys revoke ${id} --yes`)).toMatchObject({ code: 0 });
    expect((await json('keys list --json')).map((key: { id: string }) => key.id)).not.toContain(id);
  });

  test('credentials and the webhook come from files, are tried, rotated and deleted; no secret is seen', async () => {
    const account = join(system.folder, 'account.json');
    await writeFile(account, JSON.stringify(await system.pushes.fcm.demoServiceAccount('demo-project')));
    const created = await run(['providers', 'create', 'fcm', 'fcm-1', '--file', account, '--default']);
    expect(created).toMatchObject({ code: 0, out: expect.stringContaining('Created fcm fcm-1.') });
    expect(await run('test-push fcm fcm-1')).toMatchObject({ code: 0, out: expect.stringMatching(/^accepted/) });
    const token = { stdin: 'tok_unregistered\n' };
    expect(await run('test-push fcm fcm-1 --platform fcm_android --token-file -', token)).toMatchObject({
      code: 1,
      out: expect.stringMatching(/^token_dead/),
    });
    const { keyId, teamId, p8Key } = system.pushes.apns.demoApnsKey({ bundleIds: ['com.example.chat'] });
    const p8 = join(system.folder, 'key.p8');
    await writeFile(p8, p8Key);
    const ids = ['--key-id', keyId, '--team-id', teamId, '--bundle-id', 'com.example.chat', '--production'];
    expect(await run(['providers', 'create', 'apns', 'apns-1', '--file', p8, ...ids])).toMatchObject({ code: 0 });
    expect(await run(['providers', 'rotate', 'apns', 'apns-1', '--file', p8, '--key-id', keyId])).toMatchObject({
      code: 0,
      out: 'apns apns-1 has a next key, used once the current one is refused.',
    });
    const signing = await run('providers rotate custom');
    expect(signing.out).toMatch(/^whsec_\S+$/);
    const { out } = await run('providers list');
    expect(out).toMatch(/^fcm +fcm-1 +yes +demo-project +ok$/m);
    expect(out).toMatch(/^apns +apns-1 +\S* +com\.example\.chat \(production\) +ok$/m);
    expect(out).toMatch(/^custom +custom +http:\S+\/webhook\/hook +ok$/m);
    expect(out + created.out).not.toMatch(/PRIVATE KEY|whsec_/);
    for (const which of ['fcm fcm-1', 'apns apns-1']) {
      const asked = await run(`providers delete ${which}`);
      expect(asked).toMatchObject({ code: 2, error: expect.stringContaining('--yes') });
      expect(await run(`providers delete ${which} --yes`)).toMatchObject({ code: 0 });
    }
    expect(await run('providers create fcm')).toMatchObject({ code: 2, error: 'id: which fcm credential?' });
  });

  /** Logs the user in, and registers a token of FCM. */
  async function register(uid: string, platform: string, fcmToken: string): Promise<void> {
    const login = { method: 'POST', path: `/v3/users/${uid}/auth_tokens`, body: {} } as const;
    const { authToken } = (await system.app.request(login)) as { authToken: string };
    const registered = await fetch(`${system.url}/v3/notifications/push/v1/tokens`, {
      method: 'POST',
      headers: { appid: 'acme', authtoken: authToken, 'content-type': 'application/json' },
      body: JSON.stringify({ platform, providerId: 'default', fcmToken }),
    });
    expect([registered.status, await registered.text()]).toEqual([200, expect.anything()]);
  }

  test('an import shows a bar on a terminal, which is gone at the end', async () => {
    const path = join(system.folder, 'users.ndjson');
    await writeFile(path, '{"type":"user","uid":"ida"}\n');
    const { apiKey } = await system.admin.createApiKey('acme', { name: 'import' });
    const [out, drawn]: [string[], string[]] = [[], []];
    const output = { out: (line: string) => out.push(line), error: (line: string) => out.push(line) };
    const screen = { columns: 80, write: (text: string) => drawn.push(text) };
    const command = {
      path,
      format: 'ndjson',
      url: system.url,
      apiKey,
      dryRun: false,
      print: false,
      json: false,
    } as const;
    expect(await runImport(command, output, screen)).toBe(0);
    expect(out).toEqual([expect.stringMatching(/^imported: 1 user; rejected: 0 /)]);
    expect(drawn[0]).toContain('  0 % 0.0 of 0.0 MB, 0 lines');
    expect(drawn.at(-1)).toBe('\r\u001b[K');
  });

  test('a test push to a user reaches each of their devices by its credential', async () => {
    const account = join(system.folder, 'default.json');
    await writeFile(account, JSON.stringify(await system.pushes.fcm.demoServiceAccount('demo-project')));
    await run(['providers', 'create', 'fcm', 'fcm-default', '--file', account, '--default']);
    await register('gus', 'fcm_android', 'tok_of_gus');
    expect(await run('test-push fcm --uid gus')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^fcm_android \S+ by fcm-default: accepted: /),
    });
    expect(system.pushes.fcm.requests().at(-1)).toMatchObject({ token: 'tok_of_gus' });
    await register('gus', 'fcm_web', 'tok_unregistered_gus');
    const tried = await run('test-push fcm fcm-default --uid gus --json');
    expect(tried.code).toBe(1);
    expect(JSON.parse(tried.out)).toMatchObject([
      { platform: 'fcm_android', providerId: 'fcm-default', outcome: 'accepted' },
      { platform: 'fcm_web', providerId: 'fcm-default', outcome: 'token_dead' },
    ]);
    expect(tried.out).not.toContain('tok_');
    const none = { code: 1, out: 'gus has no device that apns pushes to.' };
    expect(await run('test-push apns --uid gus')).toMatchObject(none);
    expect(await run('test-push custom --uid gus')).toMatchObject({ code: 2, error: expect.stringContaining('--uid') });
  });

  test('providers list shows that reports of dead tokens are doubted', async () => {
    const uids = Array.from({ length: 12 }, (_, i) => `gone-${i}`);
    for (const uid of uids) await register(uid, 'fcm_android', `tok_unregistered_${uid}`);
    const message = { id: 'gone', text: 'hi' };
    const event = { id: 'gone', type: 'message.sent', sentAt: Date.now(), sender: { uid: 'alice' }, message };
    const toAll = { ...event, conversation: { type: 'group', id: 'gone' }, recipients: uids };
    await run('send - --wait', { stdin: JSON.stringify(toAll) });
    expect((await run('providers list')).out).toMatch(
      /^fcm +fcm-default .* (\d+) of \1 answers report dead tokens: none is set aside; \d+ tokens in quarantine$/m,
    );
    await run('providers delete fcm fcm-default --yes');
  });

  test('a user is shown with devices whose tokens are shortened, and erased', async () => {
    await system.app.request({ method: 'PUT', path: '/v3/users/dora', body: { name: 'Dora', timezone: 'Asia/Tokyo' } });
    await register('dora', 'fcm_web', 'a-token-of-dora');
    const { out, code } = await run('users show dora');
    expect(code).toBe(0);
    expect(out).toMatch(/^dora \(Dora\), Asia\/Tokyo, registered /);
    expect(out).toContain('Do Not Disturb: off');
    expect(out).toContain('a-token-…');
    expect(out).not.toContain('a-token-of-dora');
    expect((await run('users show dora --json')).out).not.toContain('a-token-of-dora');
    expect(await run('users erase dora --yes')).toMatchObject({ code: 0, out: 'Erased dora.' });
    expect(await run('users show dora')).toMatchObject({
      code: 2,
      error: expect.stringContaining('ERR_UID_NOT_FOUND'),
    });
  });
});

test('what commands change is in the audit log under the name of the user who ran them, and no secret is', async () => {
  await run('apps create audited');
  await system.admin.app('audited').request({ method: 'PUT', path: '/v3/users/alice', body: {} });
  const secrets = [(await run('keys create --app audited')).out];
  const [{ id: keyId }] = await json('keys list --app audited --json');
  const webhook = `${system.pushes.url}/webhook/hook`;
  secrets.push((await run(['providers', 'create', 'custom', '--webhook', webhook, '--app', 'audited'])).out);
  await run('test-push custom --app audited');
  await run(['send', '--app', 'audited', '--id', 'a-1', '--from', 'alice', '--to', 'bob', '--text', 'hello bob']);
  await run('users erase alice --yes --app audited');
  await run(`keys revoke ${keyId} --yes --app audited`);
  await run('apps delete audited --yes');
  const { data: entries } = await system.admin.audit({ appId: 'audited' });
  const data = entries.filter(({ actor }) => actor?.match(/^cli .+@./));
  const changes = data.map(({ action, ids }) => `${action} ${JSON.stringify(ids)}`).toReversed();
  expect(changes).toEqual([
    'Create app {"appId":"audited"}',
    `Create API key {"appId":"audited","keyId":"${keyId}"}`,
    'Create webhook {}',
    'Test webhook {}',
    'Publish events {"eventId":"a-1"}',
    'Erase user {"uid":"alice"}',
    `Revoke API key {"appId":"audited","keyId":"${keyId}"}`,
    'Delete app {"appId":"audited"}',
  ]);
  for (const secret of [...secrets, 'hello bob', webhook]) expect(JSON.stringify(data)).not.toContain(secret);
});
