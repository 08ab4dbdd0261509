import { setTimeout } from 'node:timers/promises';
import { until } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { Api } from '../support/api.ts';
import { aMessage } from '../support/events.ts';
import { AsyncDisposals, startProcess } from '../support/process.ts';
import { startSystem } from '../support/system.ts';
import { wholeRedis } from '../support/whole-redis.ts';

const LANES = 2;
const BATCH = 10;
/** How much is answered before each kill, of events and of tokens. */
const KILLED_AT = [50, 100];
const LINES = Array.from({ length: 4000 }, (_, i) =>
  JSON.stringify({ type: 'token', uid: `imported-${i}`, platform: 'fcm_android', token: `imported-token-${i}` }),
);

test.each(['ingest', 'Redis'])(
  'with %s killed twice, what was answered is there, nothing is half-written, and a rerun changes nothing',
  async (victim) => {
    await using system = await startSystem({ apps: [] });
    await using processes = new AsyncDisposals();
    const { body: key } = await system.admin.post('/v3/apps/app123/apikeys', { name: 'intake' });
    const { redis } = system.redis;
    let ingest = processes.add(await startProcess('ingest', system.env));
    const backend = () => new Api(ingest.url, { apikey: key.data.apiKey });

    const events = new Set<string>();
    const tokens = new Set<number>();
    const register = (n: number) =>
      backend().post('/v3/notifications/push/v1/tokens', {
        uid: `user-${n}`,
        platform: 'fcm_android',
        fcmToken: `token-${n}`,
      });
    /** Posts until told to stop; what fails is not posted again. */
    let isOver = false;
    const publish = async (size: number) => {
      while (!isOver) {
        const batch = Array.from({ length: size }, () => aMessage());
        const answer = await backend()
          .post('/v3/events', size === 1 ? batch[0] : batch)
          .catch(() => undefined);
        if (answer?.status === 202) for (const { id } of answer.body.data.events) events.add(id);
        else await setTimeout(20);
      }
    };
    let next = 0;
    const registering = async () => {
      while (!isOver) {
        const n = next++;
        const answer = await register(n).catch(() => undefined);
        if (answer?.status === 200) tokens.add(n);
        else await setTimeout(20);
      }
    };
    const send = (offset: number) =>
      backend().call('POST', `/v3/import?id=all&offset=${offset}`, LINES.slice(offset).join('\n'), {
        'content-type': 'application/x-ndjson',
      });
    /** Continues the import where it has come to, until it is done. */
    const importing = () =>
      until(
        async () => {
          const known = await backend()
            .get('/v3/import/all')
            .catch(() => undefined);
          if (known?.body.data?.state === 'done') return true;
          const isKnown = known?.status === 200;
          if (isKnown || known?.status === 404) {
            await send(isKnown ? known.body.data.offset : 0).catch(() => undefined);
          }
          return false;
        },
        'the import is done',
        { timeoutMs: 50_000 },
      );

    const lanes = Array.from({ length: LANES }, () => [publish(1), publish(BATCH), registering()]).flat();
    const imported = importing();
    try {
      for (const reached of KILLED_AT) {
        await until(() => Math.min(events.size, tokens.size) >= reached, `${reached} are answered`, {
          timeoutMs: 60_000,
        });
        if (victim === 'Redis') {
          await system.redis.server.kill();
          await system.redis.server.start();
        } else {
          await ingest.kill();
          ingest = processes.add(await startProcess('ingest', system.env));
        }
      }
      await until(() => tokens.size >= (KILLED_AT.at(-1) as number) + 20, 'registrations go on', { timeoutMs: 60_000 });
    } finally {
      isOver = true;
    }
    await Promise.all([...lanes, imported]);

    // Every event that is stored is claimed, open, and admitted or waiting; every one that was answered is stored.
    const stored = await redis.keys('{p0}:ev:*');
    const indexed = async () => [
      await redis.zcard('{p0}:open:chat'),
      (await redis.zcard('{p0}:admitted:chat')) + (await redis.zcard(`{p0}:wait:chat:${system.appId}`)),
      Number(await redis.hget(`{p0}:open-usage:${system.appId}`, 'count')),
      await redis.hlen('{p0}:adm:chat'),
    ];
    expect(await indexed()).toEqual([stored.length, stored.length, stored.length, 1]);
    const statuses = new Set<string>();
    for (const ids of chunksOf([...events], 500)) {
      const answer = await backend().post(
        '/v3/events',
        ids.map((id) => aMessage({ id })),
      );
      for (const { status } of answer.body.data.events) statuses.add(status);
    }
    expect(statuses).toEqual(new Set(['duplicate']));
    expect(await redis.keys('{p0}:ev:*')).toHaveLength(stored.length);

    // Every token has one holder, and every one that was answered is its user's.
    const holders = async () => {
      const all = await Promise.all((await redis.keys('tokens:*')).map((name) => redis.hgetall(name)));
      return Object.assign({}, ...all) as Record<string, string>;
    };
    const held = await holders();
    expect(Object.values(held).filter((names) => names.includes(' '))).toEqual([]);
    const named = new Set(Object.values(held));
    const missing = [...tokens].filter((n) => !named.has(`user-${n}`));
    expect(missing).toEqual([]);
    expect(LINES.filter((_, i) => !named.has(`imported-${i}`))).toEqual([]);
    const some = [...tokens].slice(0, 20);
    const devices = await Promise.all(some.map((n) => backend().get(`/v3/users/user-${n}/devices`)));
    expect(devices.map(({ body }) => body.data.map((device: { pushToken: string }) => device.pushToken))).toEqual(
      some.map((n) => [`token-${n}`]),
    );

    // Again, all of it.
    for (const some of chunksOf([...tokens], 20)) await Promise.all(some.map(register));
    expect(await holders()).toEqual(held);
    const before = await registryOf(redis);
    expect((await send(0)).status).toBe(200);
    expect(await registryOf(redis)).toEqual(before);
  },
  180_000,
);

function chunksOf<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}

/** What is written by the clock, or for reports only: readiness, processes, statistics, and the audit log. */
const IN_PASSING = /^(ready$|stats:|\{p0\}:process|audit:|\{apps\}:audit)/;

/** All keys but the record of the import and these. */
async function registryOf(redis: Parameters<typeof wholeRedis>[0]) {
  const all = await wholeRedis(redis);
  return all
    .filter(({ name }) => !name.startsWith('import:') && !IN_PASSING.test(name))
    .map(({ name, content }) => ({ name, content }));
}
