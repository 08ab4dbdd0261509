import { existsSync } from 'node:fs';
import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as fanout from '@fanfare/fanout/app';
import * as ingest from '@fanfare/ingest/app';
import * as sender from '@fanfare/sender/app';
import { startTestRedis, type TestRedis, until } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { Api } from '../support/api.ts';
import { addPushProviders, IPHONE, logIn, register, tokensOf } from '../support/devices.ts';
import { aCall, aMessage } from '../support/events.ts';
import { AsyncDisposals } from '../support/process.ts';
import { posts, startSystem } from '../support/system.ts';

const oneServer = 'it copies the files of one';
/** This starts a system twice. */
const BUSY = { timeoutMs: 60_000 };

// As in docs/runbooks/backup-restore.md.

/** A copy of a running server, as RDB. */
async function backUp({ redis, server }: TestRedis): Promise<string> {
  await redis.bgsave('SCHEDULE');
  const copy = join(server.folder, 'dump.rdb');
  await until(
    async () => /rdb_bgsave_in_progress:0/.test(await redis.info('persistence')) && existsSync(copy),
    'a copy',
  );
  return copy;
}

/** Another server with this copy. The append-only file would be read instead, so it is switched on afterwards. */
async function restore(copy: string): Promise<TestRedis> {
  const other = await startTestRedis({ args: ['--appendonly', 'no'], oneServer });
  await other.server.stop();
  await cp(copy, join(other.server.folder, 'dump.rdb'));
  await other.server.start();
  await other.redis.config('SET', 'appendonly', 'yes');
  return other;
}

test('a restored system loses no registration, sends what was open once, and nothing that is stale', async () => {
  await using system = await startSystem({ apps: [], redis: await startTestRedis({ oneServer }) });
  await using running = new AsyncDisposals();
  const start = async (env: Record<string, string>) => {
    for (const app of [fanout, sender]) {
      const worker = await app.start(app.readConfig(env) as never);
      running.add({ [Symbol.asyncDispose]: () => worker.close() });
    }
  };
  await addPushProviders(system);
  const authToken = await logIn(system);
  await register(system, authToken, IPHONE);
  const callInitiated = { leaveMs: 2000, holdMs: 2000 };
  await system.backend.patch('/v3/notifications/v1/settings', { deadlines: { callInitiated } });

  const done = aMessage({ recipients: ['carol'] });
  const first = [await fanout.start(fanout.readConfig(system.env)), await sender.start(sender.readConfig(system.env))];
  await system.backend.post('/v3/events', done);
  await system.done(done.id);
  for (const worker of first.reverse()) await worker.close();
  // Accepted, and the machine is lost before anything is sent.
  const [open, ring] = [aMessage({ recipients: ['dave'] }), aCall({ recipients: ['erin'] })];
  await system.backend.post('/v3/events', [open, ring]);
  await using other = await restore(await backUp(system.redis));
  await until(() => Date.now() > ring.sentAt + callInitiated.leaveMs, 'the call has rung out');

  const env = { ...system.env, REDIS_URL: other.url };
  const api = await ingest.start(ingest.readConfig(env));
  running.add({ [Symbol.asyncDispose]: () => api.close() });
  await start(env);
  const admin = new Api(api.url, { adminkey: system.env.FANFARE_ADMIN_KEY as string, appid: 'app123' });
  const counts = (id: string) =>
    until(
      async () => {
        const { body } = await admin.get(`/v3/events/${id}`);
        return body.data?.state === 'done' ? body.data.counts : undefined;
      },
      `${id} is done`,
      BUSY,
    );
  expect(await counts(open.id)).toMatchObject({ accepted: 1 });
  expect(await counts(ring.id)).toMatchObject({ accepted: 0, expired: 1 });
  const received = await posts(system.hook, 2);
  expect(received.map(({ uid }) => uid)).toEqual(['carol', 'dave']);
  const { body } = await admin.post('/v3/events', [done]);
  expect(body.data.events).toMatchObject([{ status: 'duplicate' }]);
  const restored = { ...system, backend: admin };
  expect(await tokensOf(restored)).toEqual(['tok_iphone']);
  const asBob = new Api(api.url, { authtoken: authToken, appid: 'app123' });
  expect((await asBob.get('/v3/me')).status).toBe(200);
}, 180_000);

test('the append-only file of a running server is a backup, once it is not rewritten', async () => {
  await using running = await startTestRedis({ oneServer });
  await running.redis.config('SET', 'auto-aof-rewrite-percentage', '0');
  for (let n = 0; n < 100; n++) await running.redis.set(`key-${n}`, n);
  await using other = await startTestRedis({ oneServer });
  await other.server.stop();
  const folder = join(other.server.folder, 'appendonlydir');
  await rm(folder, { recursive: true });
  await cp(join(running.server.folder, 'appendonlydir'), folder, { recursive: true });
  await other.server.start();
  expect(await other.redis.dbsize()).toBe(100);
});
