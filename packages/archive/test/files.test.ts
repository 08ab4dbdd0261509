import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { openFileSink } from '../src/file/file-sink.ts';
import { addErased, ErasedLists } from '../src/file/tombstones.ts';
import { openReader } from '../src/index.ts';
import { APP, archived, DAY, keysOf, NOON, partsOf, uidsOf, walk } from './support/parts.ts';

const root = mkdtempSync(join(tmpdir(), 'fanfare-files-'));
afterAll(() => rmSync(root, { recursive: true }));

let writers = 0;
const newFolder = () => mkdtempSync(join(root, 'archive-'));
const openOn = (folder: string, fullBytes?: number) =>
  openFileSink({ folder, writer: String(++writers), ...(fullBytes === undefined ? {} : { fullBytes }) });
const filesOf = (folder: string) => readdirSync(join(folder, `app-${APP}`)).sort();
const read = async (folder: string) => walk(await openReader({ kind: 'file', folder }));

test('a file is closed when it is full, or when its day is over, under a name with its range', async () => {
  const folder = newFolder();
  const sink = await openOn(folder, 1000);
  const events = Array.from({ length: 6 }, (_, i) => archived(i));
  for (const event of events) await sink.write(partsOf(event, ['bob']));
  expect(filesOf(folder).find((name) => name.endsWith('.ndjson'))).toMatch(
    new RegExp(`^2026-11-29\\.${NOON}-${NOON + 1}\\.`),
  );
  await sink.write(partsOf(archived(7), ['bob']));
  expect(filesOf(folder).filter((name) => name.endsWith('.part'))).toHaveLength(1);
  expect(await sink.tidy(NOON)).toBe(false);
  expect(await sink.tidy(NOON + DAY)).toBe(true);
  expect(filesOf(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
  expect(keysOf(await read(folder))).toEqual(keysOf([...events, archived(7)]));
});

test('a line is JSON that other programs can read', async () => {
  const folder = newFolder();
  const sink = await openOn(folder);
  await sink.write(partsOf(archived(1), ['bob']));
  const [file] = filesOf(folder);
  const lines = readFileSync(join(folder, `app-${APP}`, file ?? ''), 'utf8')
    .trimEnd()
    .split('\n');
  const { key, ...event } = archived(1);
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    { slice: 0, key, appId: APP, at: event.at, rows: [expect.objectContaining({ index: 0, uid: 'bob' })] },
    { event: key, ...event },
  ]);
});

test('what a crash cut off is left out, and the next writer continues', async () => {
  const folder = newFolder();
  const crashed = await openOn(folder);
  await crashed.write(partsOf(archived(1), ['bob'], ['cara']));
  const [part] = filesOf(folder);
  const path = join(folder, `app-${APP}`, part ?? '');
  appendFileSync(path, readFileSync(path, 'utf8').slice(0, -20).replaceAll('000001', '000002'));
  expect(keysOf(await read(folder))).toEqual(keysOf([archived(1)]));
  const next = await openOn(folder);
  expect(filesOf(folder).map((name) => name.endsWith('.ndjson'))).toEqual([true]);
  await next.write(partsOf(archived(2), ['bob'], ['cara']));
  const found = await read(folder);
  expect(keysOf(found)).toEqual(keysOf([archived(1), archived(2)]));
  const reader = await openReader({ kind: 'file', folder });
  const { events } = await reader.page(APP, { order: 'append', limit: 9 });
  expect(await Promise.all(events.map((event) => uidsOf(reader, event)))).toEqual([
    ['bob', 'cara'],
    ['bob', 'cara'],
  ]);
});

test('a page is read to its end although its file is closed meanwhile', async () => {
  const folder = newFolder();
  const sink = await openOn(folder);
  await sink.write(partsOf(archived(1), ['bob']));
  const reader = await openReader({ kind: 'file', folder });
  const {
    events: [event],
  } = await reader.page(APP, { order: 'append', limit: 9 });
  await sink.tidy(NOON + DAY);
  expect(event && (await uidsOf(reader, event))).toEqual(['bob']);
});

test('an erased user leaves every file', async () => {
  const folder = newFolder();
  const sink = await openOn(folder, 500);
  for (let i = 0; i < 6; i++) await sink.write(partsOf(archived(i), ['bob', 'cara']));
  await sink.erase([{ appId: APP, uid: 'cara', at: NOON + DAY }]);
  while (await sink.tidy(NOON)) expect(filesOf(folder).length).toBeGreaterThan(3);
  const contents = filesOf(folder).map((name) => readFileSync(join(folder, `app-${APP}`, name), 'utf8'));
  expect(contents.join('')).not.toContain('cara');
  expect(contents.join('').match(/"uid":"bob"/g)).toHaveLength(6);
});

test('a file begun after an erasure is closed as it is, not written anew', async () => {
  const folder = newFolder();
  const inodes = () => filesOf(folder).map((name) => statSync(join(folder, `app-${APP}`, name)).ino);
  const sink = await openOn(folder);
  await sink.write(partsOf(archived(1), ['bob', 'cara']));
  await sink.erase([{ appId: APP, uid: 'cara', at: NOON + DAY }]);
  await sink.write(partsOf(archived(2), ['bob', 'cara']));
  const before = inodes();
  while (await sink.tidy(NOON + DAY)) expect(filesOf(folder)).toHaveLength(3);
  expect(filesOf(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
  expect(new Set(inodes())).toEqual(new Set(before));
  expect(keysOf(await read(folder))).toEqual(keysOf([archived(1), archived(2)]));
});

test('a list of erased users is read when it has changed', async () => {
  const folder = newFolder();
  const lists = new ErasedLists();
  expect(await lists.of(folder, APP)).toBeUndefined();
  await addErased(folder, APP, [{ appId: APP, uid: 'cara', at: NOON }]);
  const isErased = await lists.of(folder, APP);
  expect(['cara', 'dan'].map((uid) => isErased?.(uid, NOON))).toEqual([true, false]);
  expect(await lists.of(folder, APP)).toBe(isErased);
  await addErased(folder, APP, [{ appId: APP, uid: 'dan', at: NOON }]);
  expect((await lists.of(folder, APP))?.('dan', NOON)).toBe(true);
});

test.each(['append', 'prepend'] as const)('a page reads a few files, however rare the events: %s', async (order) => {
  const folder = newFolder();
  const sink = await openOn(folder, 1);
  const events = Array.from({ length: 40 }, (_, i) => archived(i, { logged: i % 13 === 0 }));
  for (const event of events) await sink.write(partsOf(event, ['bob']));
  const reader = await openReader({ kind: 'file', folder });
  const first = await reader.page(APP, { order, limit: 9 });
  expect(first.events).toHaveLength(1);
  expect(first.next).toBeDefined();
  const all = keysOf(events.filter(({ logged }) => logged));
  expect(keysOf(await walk(reader, { order, limit: 9 }))).toEqual(order === 'append' ? all : all.reverse());
});
