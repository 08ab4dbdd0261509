import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fanout from '@fanfare/fanout/app';
import { packFinished } from '@fanfare/ledger';
import { until } from '@fanfare/testkit';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Api } from '../support/api.ts';
import { aGroupMessage, aMessage } from '../support/events.ts';
import { createApp, type System, startSystem } from '../support/system.ts';

const PATH = '/v3/notifications/v1/logs';
const USERS = ['zoe', 'yan', 'xia', 'wim', 'vic'];

interface Row {
  _id: string;
  member: string;
  payload?: object;
}
interface Page {
  data: Row[];
  meta: { next: { affix: string; cursor: string } | null };
}

let settled = 0;
const folder = mkdtempSync(join(tmpdir(), 'fanfare-archive-'));
let system: System;
let backend: Api;

beforeAll(async () => {
  system = await startSystem({ env: { ARCHIVE_URL: `file:${folder}`, FANOUT_SLICE: '3' } });
  ({ backend } = system);
  await backend.put(PATH, { enabled: true, content: true });
});
afterAll(async () => {
  await system?.[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

const page = async (query = ''): Promise<Page> => (await backend.get(`${PATH}?${query}`)).body;
const rows = async (query = ''): Promise<Row[]> => (await page(query)).data;

/** Posts a message to each, and has them archived. */
async function archived(users: readonly string[]): Promise<void> {
  for (const id of users) await backend.post('/v3/events', aMessage({ conversation: { type: 'user', id } }));
  await sent(users.length);
}

/** Waits until so many more rows are settled, and has their events archived. */
async function sent(more: number): Promise<void> {
  const isSettled = (row: Row & { processingEndedAtMS?: number }) => row.processingEndedAtMS !== undefined;
  settled += more;
  await until(async () => (await rows('limit=1000')).filter(isSettled).length === settled, 'all is sent');
  // What the sweeper does ten seconds later.
  await packFinished(system.redis.redis, 0, Date.now() + 60_000, 1000, { archive: true });
  await until(async () => (await system.redis.redis.zcard('{p0}:unarchived')) === 0, 'all is archived');
}

/** What expiry and the trimmer do. */
async function leaveRedis(): Promise<void> {
  for (const kind of ['ev', 'plan', 'st', 'log']) {
    const keys = await system.redis.redis.keys(`{p0}:${kind}:*`);
    if (keys.length > 0) await system.redis.redis.unlink(...keys);
  }
}

const plain = (all: readonly Row[]) => all.map(({ payload: _, ...row }) => row);

test('the log goes on in the archive, with the same rows but for texts, and the same cursor', async () => {
  await archived(USERS);
  const before = await rows();
  expect(before.map(({ member }) => member)).toEqual([...USERS].reverse());
  expect(before[0]?.payload).toBeDefined();
  const first = await page('limit=2');
  await leaveRedis();
  const after = await rows();
  expect(after).toEqual(plain(before));
  const next = await rows(`limit=3&affix=prepend&cursor=${first.meta.next?.cursor}`);
  expect(next).toEqual(plain(before.slice(2)));
  expect(await rows('affix=append')).toEqual(plain([...before].reverse()));
  expect(await rows('member=xia')).toEqual(plain(before).filter(({ member }) => member === 'xia'));
  expect(await rows(`logId=${before[1]?._id}`)).toEqual(plain(before).slice(1, 2));
  expect(await rows('archive=false')).toEqual([]);
});

test('rows of both sources are one list, each row once', async () => {
  await archived(['una', 'tim']);
  const members = async () => (await rows()).map(({ member }) => member);
  expect(await members()).toEqual(['tim', 'una', ...[...USERS].reverse()]);
  await leaveRedis();
  expect(await members()).toEqual(['tim', 'una', ...[...USERS].reverse()]);
});

test('a page that ends within an event of many recipients goes on there in the archive', async () => {
  const members = Array.from({ length: 8 }, (_, i) => `member-${i}`);
  await backend.put('/v3/groups/hiking', { name: 'Hiking' });
  await backend.loadMembers('hiking', members);
  await backend.post('/v3/events', aGroupMessage('hiking', { message: { id: 'g-1', text: 'hello' } }));
  await sent(8);
  for (const affix of ['append', 'prepend']) {
    const filter = `messageId=g-1&affix=${affix}`;
    const whole = await rows(filter);
    expect(whole).toHaveLength(8);
    const seen = [];
    let next = '';
    for (let left = true; left; ) {
      const { data, meta } = await page(`${filter}&limit=2${next}`);
      seen.push(...data);
      next = `&cursor=${meta.next?.cursor}`;
      left = meta.next !== null;
      await leaveRedis();
    }
    expect(plain(seen)).toEqual(plain(whole));
  }
});

test('another app sees none of it', async () => {
  const other = await createApp(system.admin, system.url, 'other');
  await other.put(PATH, { enabled: true });
  expect((await other.get(PATH)).body.data).toEqual([]);
});

test('an erased user leaves the archive, and a deleted app takes its archive with it', async () => {
  await backend.put('/v3/users/zoe', { name: 'Zoe' });
  await backend.delete('/v3/users/zoe');
  await until(async () => !JSON.stringify(await rows()).includes('zoe'), 'zoe is gone');
  expect((await rows()).length).toBeGreaterThan(4);
  await system.admin.delete('/v3/apps/app123');
  await until(() => readdirSync(folder).length === 0, 'the folder of the app is gone');
});

test('while the archive is away, the log says so and fan-out is degraded; events are still sent', async () => {
  const url = 'postgres://fanfare:a-pass-word@127.0.0.1:1/archive';
  await using away = await startSystem({ apps: ['sender'], env: { ARCHIVE_URL: url } });
  const worker = await fanout.start(fanout.readConfig(away.env));
  await away.backend.put(PATH, { enabled: true });
  const event = aMessage();
  await away.backend.post('/v3/events', event);
  expect(await away.done(event.id)).toMatchObject({ accepted: 1 });
  const refused = await away.backend.get(PATH);
  expect(refused).toMatchObject({ status: 503, body: { error: { code: 'ERR_UNAVAILABLE' } } });
  expect(JSON.stringify(refused)).not.toContain('a-pass-word');
  const { body } = await away.backend.get(`${PATH}?archive=false`);
  expect(body.data).toHaveLength(1);
  const ready = await until(async () => {
    const answer = await fetch(`http://127.0.0.1:${worker.port}/readyz`);
    const readiness = (await answer.json()) as { degraded: boolean };
    return readiness.degraded && { status: answer.status, readiness };
  }, 'fan-out is degraded');
  const archive = { ok: false, detail: expect.stringContaining('ECONNREFUSED') };
  expect(ready).toMatchObject({ status: 200, readiness: { ready: true, checks: { archive } } });
  await worker.close();
});
