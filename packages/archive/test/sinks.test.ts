import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTestPostgres } from '@fanfare/testkit';
import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import pg from 'pg';
import type { ArchivePlace } from '../src/archive-url.ts';
import { compareEvents, openReader, openSink } from '../src/index.ts';
import { APP, archived, DAY, keysOf, NOON, partsOf, uidsOf, walk } from './support/parts.ts';

const postgres = await startTestPostgres();
const folder = mkdtempSync(join(tmpdir(), 'fanfare-archive-'));
const opened: { close(): Promise<void> }[] = [];
let writer = Date.now();
let apps = 0;

afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await postgres?.[Symbol.asyncDispose]();
});

const places: [string, ArchivePlace | undefined][] = [
  ['file', { kind: 'file', folder }],
  ['postgres', postgres && { kind: 'postgres', url: postgres.url }],
];

for (const [kind, place] of places) {
  (place ? describe : describe.skip)(kind, () => {
    const at = place as ArchivePlace;
    const newApp = () => `${APP}${++apps}`;
    const open = async () => {
      const sink = await openSink(at, ++writer);
      const reader = await openReader(at);
      opened.push(sink, reader);
      return { sink, reader };
    };

    test('pages have every logged event once and in order, whatever the range, the order and the size', async () => {
      const { sink, reader } = await open();
      const event = fc.record({ hours: fc.integer({ min: 0, max: 60 }), logged: fc.boolean(), again: fc.boolean() });
      const query = fc.record({
        from: fc.option(fc.integer({ min: 0, max: 60 }), { nil: undefined }),
        to: fc.option(fc.integer({ min: 0, max: 60 }), { nil: undefined }),
        order: fc.constantFrom('append' as const, 'prepend' as const),
        limit: fc.integer({ min: 1, max: 7 }),
      });
      const property = fc.asyncProperty(
        fc.array(event, { maxLength: 25 }),
        query,
        async (made, { from, to, ...rest }) => {
          const appId = newApp();
          const events = made.map(({ hours, logged }, i) =>
            archived(i, { appId, at: NOON + hours * 3_600_000, logged }),
          );
          await sink.write(events.flatMap((one) => partsOf(one, ['bob'])));
          await sink.write(events.filter((_, i) => made[i]?.again).flatMap((one) => partsOf(one, ['bob'])));
          const range = {
            ...rest,
            from: from === undefined ? undefined : NOON + from * 3_600_000,
            to: to === undefined ? undefined : NOON + to * 3_600_000,
          };
          const wanted = events.filter(
            (one) => one.logged && one.at >= (range.from ?? 0) && one.at <= (range.to ?? one.at),
          );
          wanted.sort((a, b) => (rest.order === 'append' ? 1 : -1) * compareEvents(a, b));
          expect(keysOf(await walk(reader, range, appId))).toEqual(keysOf(wanted));
        },
      );
      await fc.assert(property, { numRuns: 25 });
    });

    test('an event and its recipients are read as they were written', async () => {
      const { sink, reader } = await open();
      const event = archived(1, { appId: newApp(), slices: 2 });
      const parts = partsOf(event, ['bob', 'cara'], ['dan']);
      await sink.write(parts.slice(0, 1));
      await sink.write(parts.slice(1));
      const [found] = await walk(reader, {}, event.appId);
      expect(found).toEqual(event);
      const [first, second] = parts.flatMap((part) => (part.kind === 'slice' ? [part.slice.rows] : []));
      expect(await reader.rows(event, 0)).toEqual(kind === 'file' ? [] : first);
      expect(found && (await reader.rows(found, 0))).toEqual(first);
      expect(found && (await reader.rows(found, 1))).toEqual(second);
    });

    test('slices without their event are not shown', async () => {
      const { sink, reader } = await open();
      const event = archived(1, { appId: newApp() });
      await sink.write(partsOf(event, ['bob']).slice(0, 1));
      expect(await walk(reader, {}, event.appId)).toEqual([]);
      expect(await reader.page(newApp(), { order: 'append', limit: 10 })).toEqual({ events: [] });
    });

    test('of an event that finished again, the newest version counts', async () => {
      const { sink, reader } = await open();
      const event = archived(1, { appId: newApp() });
      const later = { ...event, doneAt: event.doneAt + DAY };
      for (const one of [event, later, event]) await sink.write(partsOf(one, ['bob']));
      expect(await walk(reader, {}, event.appId)).toEqual([later]);
    });

    test('an erased user is gone, also from what is written later, until created again', async () => {
      const { sink, reader } = await open();
      const appId = newApp();
      const other = archived(9, { appId: newApp() });
      const [before, late] = [archived(1, { appId }), archived(2, { appId })];
      const again = archived(3, { appId, at: NOON + DAY });
      await sink.write([...partsOf(before, ['bob', 'cara']), ...partsOf(other, ['bob'])]);
      await sink.erase([{ appId, uid: 'bob', at: NOON + 5000 }]);
      await sink.write([...partsOf(late, ['cara', 'bob']), ...partsOf(again, ['bob'])]);
      const check = async () => {
        const found = await walk(reader, {}, appId);
        expect(keysOf(found)).toEqual(keysOf([before, late, again]));
        expect(await Promise.all(found.map((one) => uidsOf(reader, one)))).toEqual([['cara'], ['cara'], ['bob']]);
        expect(found.map(({ facts }) => facts.receiver)).toEqual(['[erased]', '[erased]', 'bob']);
        const [theirs] = await walk(reader, {}, other.appId);
        expect(theirs && (await uidsOf(reader, theirs))).toEqual(['bob']);
      };
      await check();
      while (await sink.tidy(NOON + 3 * DAY)) await check();
      await check();
    });

    test('a deleted app is gone', async () => {
      const { sink, reader } = await open();
      const [gone, kept] = [archived(1, { appId: newApp() }), archived(2, { appId: newApp() })];
      await sink.write([...partsOf(gone, ['bob']), ...partsOf(kept, ['bob'])]);
      await sink.erase([{ appId: gone.appId, at: NOON + DAY }]);
      await sink.erase([{ appId: gone.appId, at: NOON + DAY }]);
      expect(await walk(reader, {}, gone.appId)).toEqual([]);
      expect(await walk(reader, {}, kept.appId)).toEqual([kept]);
    });

    test('texts that a database refuses are archived all the same', async () => {
      const { sink, reader } = await open();
      const event = archived(1, { appId: newApp(), id: 'a\0b\ud800' });
      await sink.write(partsOf({ ...event, facts: { ...event.facts, messageId: '\0\udfff"\\' } }, ['bob']));
      expect(keysOf(await walk(reader, {}, event.appId))).toEqual([event.key]);
    });
  });
}

(postgres ? test : test.skip)('no statement deletes a whole large app from PostgreSQL', async () => {
  const place: ArchivePlace = { kind: 'postgres', url: postgres?.url ?? '' };
  const appId = `${APP}-large`;
  const at = NOON + 90 * DAY;
  const sink = await openSink(place, ++writer);
  opened.push(sink);
  await sink.write(partsOf(archived(1, { appId, at }), ['bob']));
  const client = new pg.Client(postgres?.url);
  await client.connect();
  opened.push({ close: () => client.end() });
  const partition = `fanfare_archive_rows_${new Date(at).toISOString().slice(0, 10).replaceAll('-', '')}`;
  await client.query(`
    INSERT INTO ${partition} SELECT day, app, at, key, slice, n, 'u' || n, facts
      FROM ${partition}, generate_series(1, 25000) AS n WHERE app = '${appId}';
    CREATE FUNCTION refuse_many() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF (SELECT count(*) FROM gone) > 10000 THEN RAISE 'too many rows at once'; END IF;
      RETURN NULL;
    END $$;
    CREATE TRIGGER few AFTER DELETE ON ${partition} REFERENCING OLD TABLE AS gone
      FOR EACH STATEMENT EXECUTE FUNCTION refuse_many();`);
  await sink.erase([{ appId, at: at + DAY }]);
  expect((await client.query(`SELECT 1 FROM ${partition} WHERE app = '${appId}'`)).rowCount).toBe(0);
});
