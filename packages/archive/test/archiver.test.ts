import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { claimArchive, readArchiveBacklog, recordErasure } from '@fanfare/ledger';
import { createLogger, createMetrics } from '@fanfare/runtime';
import { startTestPostgres, startTestRedis, type TestRedis, until } from '@fanfare/testkit';
import { afterAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import type { ArchivePlace } from '../src/archive-url.ts';
import { type Archiver, openReader, openSink, startArchiver } from '../src/index.ts';
import { dropLost } from '../src/write-batch.ts';
import { finish, listFinished, TEXT } from './support/finished.ts';
import { APP, keysOf, uidsOf, walk } from './support/parts.ts';

const ARCHIVER = new URL('./fixtures/archiver.js', import.meta.url).pathname;
const TIMES = { idleMs: 5, backoffMs: 5, longestBackoffMs: 20 };
const postgres = await startTestPostgres();
const folder = mkdtempSync(join(tmpdir(), 'fanfare-archiver-'));

afterAll(async () => {
  rmSync(folder, { recursive: true });
  await postgres?.[Symbol.asyncDispose]();
});

interface Started extends Archiver, AsyncDisposable {
  log: { lines: { msg: string; reason?: string; events?: number }[] };
  metric(name: string): Promise<number>;
}

/** An archiver in this process. Without an app in `gone`, all apps exist. */
function start({ redis }: TestRedis, place: ArchivePlace, gone: Set<string> = new Set(), times = TIMES): Started {
  const metrics = createMetrics();
  const log: Started['log'] = { lines: [] };
  const destination = { write: (line: string) => void log.lines.push(JSON.parse(line)) };
  const archiver = startArchiver(
    {
      redis,
      shards: 1,
      open: (fence) => openSink(place, fence),
      createdAt: async (appId) => (gone.has(appId) ? undefined : 1),
      metrics,
      log: createLogger({ name: 'test', level: 'info', destination }),
      now: Date.now,
    },
    times,
  );
  const metric = async (name: string) =>
    Number(new RegExp(`^fanfare_${name} (\\S+)`, 'm').exec((await metrics.render()).body)?.[1]);
  return { ...archiver, log, metric, [Symbol.asyncDispose]: () => archiver.close() };
}

const isDone =
  ({ redis }: TestRedis) =>
  async () =>
    (await readArchiveBacklog(redis, 1)).events === 0;

async function found(place: ArchivePlace, appId = APP) {
  const reader = await openReader(place);
  try {
    const events = await walk(reader, {}, appId);
    return { events, uids: await Promise.all(events.map((event) => uidsOf(reader, event))) };
  } finally {
    await reader.close();
  }
}

/** All that a place has, as text. */
async function textOf(place: ArchivePlace): Promise<string> {
  if (place.kind === 'file') {
    const names = readdirSync(place.folder, { recursive: true }).map((name) => join(place.folder, String(name)));
    return names.flatMap((name) => (statSync(name).isFile() ? readFileSync(name, 'utf8') : [])).join('');
  }
  const client = new pg.Client(place.url);
  await client.connect();
  const answers = ['fanfare_archive_events', 'fanfare_archive_rows'].map((table) =>
    client.query(`SELECT * FROM ${table}`),
  );
  const text = JSON.stringify((await Promise.all(answers)).map(({ rows }) => rows));
  await client.end();
  return text;
}

const places: [string, () => Promise<ArchivePlace>, boolean][] = [
  ['file', async () => ({ kind: 'file', folder: mkdtempSync(join(folder, 'archive-')) }), true],
  ['postgres', () => newDatabase(), postgres !== undefined],
];

let databases = 0;
async function newDatabase(): Promise<ArchivePlace> {
  const client = new pg.Client(postgres?.url);
  await client.connect();
  const name = `archive${++databases}`;
  await client.query(`CREATE DATABASE ${name}`);
  await client.end();
  return { kind: 'postgres', url: (postgres?.url ?? '').replace(/postgres$/, name) };
}

for (const [kind, newPlace, exists] of places) {
  (exists ? describe : describe.skip)(kind, () => {
    test('finished events and their recipients are archived, without a text', async () => {
      await using own = await startTestRedis();
      const place = await newPlace();
      const keys = [await finish(own.redis, ['bob', 'cara']), await finish(own.redis, ['dan'])];
      await listFinished(own.redis);
      await using archiver = start(own, place);
      await until(isDone(own), 'all is archived');
      const { events, uids } = await found(place);
      expect(keysOf(events)).toEqual(keys);
      expect(events[0]).toMatchObject({ appId: APP, logged: true, facts: { sender: 'ann', receiver: 'hiking' } });
      expect(uids).toEqual([['bob', 'cara'], ['dan']]);
      const text = await textOf(place);
      expect(text).toContain('DND_PREFERENCE');
      expect(text).not.toContain(TEXT);
      expect(archiver.check()).toMatchObject({ ok: true });
      expect(await archiver.metric('archived_total')).toBe(2);
    });

    test('a process killed in the middle loses nothing, and what is written twice is read once', async () => {
      await using own = await startTestRedis();
      const place = await newPlace();
      const keys = await Promise.all(Array.from({ length: 150 }, (_, i) => finish(own.redis, [`u${i}`, 'bob'])));
      await listFinished(own.redis);
      for (const line of ['written', 'writing']) {
        await archiveUntil(own, place, line);
        // What the lock's expiry does in half a minute.
        await own.redis.del('{p0}:archive-lock');
      }
      expect((await readArchiveBacklog(own.redis, 1)).events).toBeGreaterThan(0);
      await using _rest = start(own, place);
      await until(isDone(own), 'all is archived');
      const { events, uids } = await found(place);
      expect(keysOf(events)).toEqual([...keys].sort());
      expect(uids.flat().filter((uid) => uid === 'bob')).toHaveLength(150);
    });

    test('an erased user and a deleted app are erased from the archive', async () => {
      await using own = await startTestRedis();
      const place = await newPlace();
      await finish(own.redis, ['zoe', 'cara']);
      await finish(own.redis, ['bob'], { appId: 'other' });
      await listFinished(own.redis);
      const gone = new Set<string>();
      await using _archiver = start(own, place, gone);
      await until(isDone(own), 'all is archived');
      expect(await textOf(place)).toContain('zoe');
      await recordErasure(own.redis, { appId: APP, uid: 'zoe', at: Date.now() });
      await recordErasure(own.redis, { appId: 'other', at: Date.now() });
      await until(async () => !(await textOf(place)).includes('zoe'), 'zoe is erased');
      expect((await found(place)).uids).toEqual([['cara']]);
      expect((await found(place, 'other')).events).toHaveLength(1);
      gone.add('other');
      await until(async () => (await found(place, 'other')).events.length === 0, 'the app is erased');
      await finish(own.redis, ['bob'], { appId: 'other' });
      await listFinished(own.redis);
      await until(isDone(own), 'what was left of it is not archived');
      expect((await found(place, 'other')).events).toEqual([]);
    });

    test('one process archives at a time, and another takes over when it stops', async () => {
      await using own = await startTestRedis();
      const place = await newPlace();
      const first = start(own, place);
      await using second = start(own, place);
      for (const archiver of [first, second]) {
        const key = await finish(own.redis, ['bob']);
        await listFinished(own.redis);
        await until(isDone(own), 'it is archived');
        expect(keysOf((await found(place)).events)).toContain(key);
        if (archiver === first) await first.close();
      }
      expect((await first.metric('archived_total')) + (await second.metric('archived_total'))).toBe(2);
    });
  });
}

/** Runs an archiver in a process of its own, and kills it when it has printed this line. */
async function archiveUntil({ url }: TestRedis, place: ArchivePlace, line: string): Promise<void> {
  const child = spawn(process.execPath, [ARCHIVER, url, JSON.stringify(place)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  for await (const printed of createInterface(child.stdout)) if (printed === line) child.kill('SIGKILL');
  await exited;
}

test('while a sink is down, that is logged once, what is lost is counted, and the rest is archived later', async () => {
  await using own = await startTestRedis();
  const blocked = join(folder, 'blocked');
  writeFileSync(blocked, '');
  const lost = await finish(own.redis, ['bob']);
  await listFinished(own.redis);
  await using archiver = start(own, { kind: 'file', folder: blocked });
  await until(() => archiver.check().ok === false, 'the archive is down');
  expect(archiver.check().detail).toContain('EEXIST');
  await own.redis.del(`{p0}:ev:${lost}`);
  await until(async () => (await archiver.metric('archive_lost_total')) === 1, 'the loss is counted');
  const kept = await finish(own.redis, ['bob']);
  await listFinished(own.redis);
  rmSync(blocked);
  await until(isDone(own), 'the rest is archived');
  await until(() => archiver.check().ok, 'the archive is up');
  expect(keysOf((await found({ kind: 'file', folder: blocked })).events)).toEqual([kept]);
  expect(archiver.log.lines.map(({ msg }) => msg)).toEqual(['archive.down', 'archive.lost', 'archive.up']);
});

test('while a sink is down, lost events leave the list at once, also those behind one whose record stays', async () => {
  await using own = await startTestRedis();
  const blocked = join(folder, 'blocked-list');
  writeFileSync(blocked, '');
  await finish(own.redis, ['bob']);
  await listFinished(own.redis);
  const LOST = 1500;
  const gone = Array.from({ length: LOST }, (_, i) => [Date.now() + 60_000 + i, `gone${i}`]).flat();
  await own.redis.zadd('{p0}:unarchived', ...(gone as [number, string]));
  // One turn: the next one comes after a minute.
  await using archiver = start(own, { kind: 'file', folder: blocked }, undefined, {
    ...TIMES,
    backoffMs: 60_000,
    longestBackoffMs: 60_000,
  });
  await until(async () => (await readArchiveBacklog(own.redis, 1)).events === 1, 'only the kept one waits');
  await until(async () => (await archiver.metric('archive_lost_total')) === LOST, 'the loss is counted');
  expect(archiver.log.lines.map(({ msg, events }) => [msg, events])).toEqual([
    ['archive.down', undefined],
    ['archive.lost', LOST],
  ]);
});

test('an erasure that fails is reported, and events are archived all the same', async () => {
  await using own = await startTestRedis();
  const place: ArchivePlace = { kind: 'file', folder: mkdtempSync(join(folder, 'archive-')) };
  const keys = [await finish(own.redis, ['bob'])];
  await listFinished(own.redis);
  await using archiver = start(own, place);
  await until(isDone(own), 'the archive works');
  const blocked = join(place.folder, 'app-blocked');
  writeFileSync(blocked, '');
  await recordErasure(own.redis, { appId: 'blocked', uid: 'zoe', at: Date.now() });
  await until(() => archiver.check().ok === false, 'the failure is reported');
  keys.push(await finish(own.redis, ['bob']));
  await listFinished(own.redis);
  await until(isDone(own), 'the next event is archived');
  expect(archiver.check()).toEqual({ ok: false, detail: expect.stringContaining('not erased: EEXIST') });
  expect(keysOf((await found(place)).events)).toEqual(keys);
  rmSync(blocked);
  await until(() => archiver.check().ok, 'the user is erased');
  expect(archiver.log.lines.map(({ msg }) => msg)).toEqual(['archive.not_erased', 'archive.erases']);
});

test('deletions of apps that were interrupted hold up no later erasure', async () => {
  await using own = await startTestRedis();
  const place: ArchivePlace = { kind: 'file', folder: mkdtempSync(join(folder, 'archive-')) };
  await finish(own.redis, ['zoe', 'cara']);
  await listFinished(own.redis);
  for (let i = 0; i < 45; i++) await recordErasure(own.redis, { appId: `live${i}`, at: Date.now() - 1000 });
  await using _archiver = start(own, place);
  await until(isDone(own), 'all is archived');
  await recordErasure(own.redis, { appId: APP, uid: 'zoe', at: Date.now() });
  await until(async () => !(await textOf(place)).includes('zoe'), 'zoe is erased');
});

test('a bounded walk for lost events continues where the last one ended, and begins anew at the end', async () => {
  await using own = await startTestRedis();
  const kept = 1200;
  const list = Array.from({ length: 2500 }, (_, i) => [i + 1, `e${String(i).padStart(4, '0')}`]);
  await own.redis.zadd('{p0}:unarchived', ...(list.flat() as [number, string]));
  await Promise.all(list.slice(0, kept).map(([, key]) => own.redis.hset(`{p0}:ev:${key}`, 'at', '1')));
  const fence = (await claimArchive(own.redis, 1, { token: 'mine', ttlMs: 60_000 })) ?? 0;
  const log = createLogger({ name: 'test', level: 'silent' });
  const deps = { redis: own.redis, createdAt: async () => 1, metrics: createMetrics(), log };
  const walkFrom = (from: number) => dropLost(deps, fence, 0, { from, walk: 1000 });
  const second = await walkFrom(0);
  expect((await readArchiveBacklog(own.redis, 1)).events).toBe(2500);
  const third = await walkFrom(second);
  expect((await readArchiveBacklog(own.redis, 1)).events).toBe(1700);
  expect(await walkFrom(third)).toBe(0);
  expect((await readArchiveBacklog(own.redis, 1)).events).toBe(kept);
});

(postgres ? test : test.skip)('what finishes while PostgreSQL is away is archived when it is back', async () => {
  await using own = await startTestRedis();
  const place = await newDatabase();
  await using archiver = start(own, place);
  const first = await finish(own.redis, ['bob']);
  await listFinished(own.redis);
  await until(isDone(own), 'the first is archived');
  await postgres?.stop();
  const second = await finish(own.redis, ['bob']);
  await listFinished(own.redis);
  await until(() => archiver.check().ok === false, 'the archive is down');
  await until(async () => (await archiver.metric('archive_waiting')) === 1, 'the backlog is counted');
  await postgres?.start();
  await until(isDone(own), 'the second is archived');
  expect(keysOf((await found(place)).events)).toEqual([first, second]);
  expect(archiver.log.lines.map(({ msg }) => msg)).toEqual(['archive.down', 'archive.up']);
});

(postgres ? test : test.skip)('two installations on one database do not go unnoticed', async () => {
  await using own = await startTestRedis();
  const place = await newDatabase();
  const later = await openSink(place, Date.now() + 3_600_000);
  await later.erase([{ appId: APP, uid: 'eve', at: 1 }]);
  await finish(own.redis, ['bob']);
  await listFinished(own.redis);
  await using archiver = start(own, place);
  await until(() => archiver.check().ok === false, 'the archive is reported');
  expect(archiver.check().detail).toContain('another process archives');
  await later.close();
});

(postgres ? test : test.skip)('the password of the archive is in no log line and no check', async () => {
  await using own = await startTestRedis();
  const wrong = 'wrong-pass-word';
  const url = (postgres?.url ?? '').replace(/:[^:@]+@/, `:${wrong}@`);
  await using archiver = start(own, { kind: 'postgres', url });
  await until(() => archiver.check().ok === false, 'the archive is down');
  expect(archiver.check().detail).toContain('28P01');
  expect(JSON.stringify([archiver.log.lines, archiver.check()])).not.toContain(wrong);
});
