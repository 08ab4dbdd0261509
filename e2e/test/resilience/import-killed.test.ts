import { until } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { AsyncDisposals, startProcess } from '../support/process.ts';
import { startSystem } from '../support/system.ts';
import { wholeRedis } from '../support/whole-redis.ts';

const USERS = 2000;
/** How far the import has come when its process is killed, as a share. */
const KILLED_AT = [0.1, 0.45, 0.8];

/** Users, each with a token, preferences, a mute and a membership, in that order: every kill meets another type. */
function lines(): string[] {
  const all = Array.from({ length: USERS }, (_, i) => `user-${i}`);
  const of = (line: (uid: string, i: number) => object) => all.map((uid, i) => JSON.stringify(line(uid, i)));
  return [
    ...of((uid) => ({ type: 'user', uid, name: `The ${uid}`, timezone: 'Asia/Tokyo' })),
    ...of((uid) => ({ type: 'token', uid, platform: 'fcm_android', token: `token-of-${uid}` })),
    ...of((uid) => ({ type: 'preferences', uid, preferences: { groupPreferences: { groupReactions: 3 } } })),
    ...of((uid, i) => ({ type: 'mute', uid, conversationType: 'oneOnOne', conversationId: `user-${(i + 1) % USERS}` })),
    ...of((uid, i) => ({ type: 'member', guid: `group-${i % 100}`, uid })),
  ];
}

test('an import whose ingest is killed three times is completed by sending the rest', async () => {
  await using system = await startSystem({ apps: [] });
  await using processes = new AsyncDisposals();
  const all = lines();
  const { body: key } = await system.admin.post('/v3/apps/app123/apikeys', { name: 'import' });
  const headers = { apikey: key.data.apiKey, 'content-type': 'application/x-ndjson' };
  const progress = async () => (await system.backend.get('/v3/import/first')).body.data;
  const send = (url: string, offset: number, last: number) =>
    fetch(`${url}/v3/import?id=first&offset=${offset}`, {
      method: 'POST',
      headers,
      duplex: 'half',
      body: streamOf(all.slice(offset, last), last === all.length),
    } as RequestInit);

  let offset = 0;
  for (const share of KILLED_AT) {
    const ingest = processes.add(await startProcess('ingest', system.env));
    const reached = share * all.length;
    const sending = send(ingest.url, offset, Math.ceil(reached) + 1000).catch(() => undefined);
    await until(async () => ((await progress())?.offset ?? 0) >= reached, `${reached} lines are imported`, {
      timeoutMs: 60_000,
    });
    await ingest.kill();
    await sending;
    const left = await progress();
    expect(left).toMatchObject({ state: 'running', rejected: 0 });
    offset = left.offset;
  }
  expect((await send(system.url, offset, all.length)).status).toBe(200);

  const count = { user: USERS, token: USERS, preferences: USERS, mute: USERS, member: USERS, group: 0 };
  expect(await progress()).toMatchObject({ state: 'done', offset: all.length, imported: count, rejected: 0 });
  const { redis } = system.redis;
  const tokens = await Promise.all((await redis.keys('tokens:*')).map((name) => redis.hvals(name)));
  const holders = tokens.flat();
  expect(holders.length).toBe(USERS);
  expect(new Set(holders).size).toBe(USERS);
  for (const uid of ['user-0', 'user-1000', `user-${USERS - 1}`]) {
    const [user, devices, mutes] = await Promise.all([
      system.backend.get(`/v3/users/${uid}`),
      system.backend.get(`/v3/users/${uid}/devices`),
      system.backend.get(`/v3/notifications/v1/preferences/mute?uid=${uid}`),
    ]);
    expect(user.body.data).toMatchObject({ name: `The ${uid}`, timezone: 'Asia/Tokyo' });
    expect(devices.body.data).toMatchObject([{ pushToken: `token-of-${uid}` }]);
    expect(mutes.body.data.mutedConversations).toHaveLength(1);
  }
  expect(await redis.zcard(`members:{${system.appId}:group-0}`)).toBe(USERS / 100);

  const before = await registryOf(redis);
  expect((await send(system.url, 0, all.length)).status).toBe(200);
  expect(await registryOf(redis)).toEqual(before);
}, 240_000);

/** What is written by the clock, or for reports only: processes, statistics, and the audit log, which has each run. */
const IN_PASSING = /^(stats:|\{p0\}:process|audit:|\{apps\}:audit)/;

/** All keys but the record of the import and these. */
async function registryOf(redis: Parameters<typeof wholeRedis>[0]) {
  const all = await wholeRedis(redis);
  return all
    .filter(({ name }) => !name.startsWith('import:') && !IN_PASSING.test(name))
    .map(({ name, content }) => ({ name, content }));
}

/** A body of these lines; one that is not complete stays open, so that the request is under way when it is killed. */
function streamOf(texts: readonly string[], isComplete: boolean): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let at = 0;
  return new ReadableStream({
    async pull(controller) {
      const part = texts.slice(at, at + 200);
      at += part.length;
      if (part.length > 0) return controller.enqueue(encoder.encode(`${part.join('\n')}\n`));
      if (isComplete) return controller.close();
      await new Promise(() => undefined);
    },
  });
}
