import type { LogFacts } from '@fanfare/core';
import { ArchiveFencedError, type Erasure } from '@fanfare/ledger';
import type { Pool, PoolClient } from 'pg';
import { type ArchivedEvent, type ArchivedSlice, type ArchivePart, dayOf } from '../archived.ts';
import { erasedId, eraseFrom, eraseRows, type IsErased, namedIn } from '../erased.ts';
import type { ArchiveSink } from '../sink.ts';
import { connect, STATEMENT_MS, textFor, transaction } from './connect.ts';
import { createPartitions, createTables, partitionsOf } from './schema.ts';

const INSERT_ROWS = `
INSERT INTO fanfare_archive_rows (day, app, at, key, slice, row, uid, facts)
SELECT * FROM unnest($1::date[], $2::text[], $3::bigint[], $4::text[], $5::int[], $6::int[], $7::text[], $8::json[])
ON CONFLICT (app, key, slice, row, day) DO UPDATE SET uid = excluded.uid, facts = excluded.facts`;

const INSERT_EVENTS = `
INSERT INTO fanfare_archive_events AS e
  (day, app, at, key, id, lane, done_at, logged, slices, named, facts)
SELECT day, app, at, key, id, lane, done_at, logged, slices, ARRAY(SELECT json_array_elements_text(named)), facts
FROM unnest($1::date[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::boolean[],
  $9::int[], $10::json[], $11::json[])
  AS t (day, app, at, key, id, lane, done_at, logged, slices, named, facts)
ON CONFLICT (app, at, key, day) DO UPDATE SET done_at = excluded.done_at, logged = excluded.logged,
  slices = excluded.slices, named = excluded.named, facts = excluded.facts
WHERE e.done_at <= excluded.done_at`;

/** Rows of a deleted app that one statement deletes. */
const ERASED_AT_ONCE = 10_000;

/**
 * Writes to PostgreSQL, creating tables and partitions as needed. `writer` is the number of the archiver: one with a
 * lower number than another before it writes nothing.
 * @throws ArchiveFencedError when a later archiver has written.
 */
export async function openPostgresSink({ url, writer }: { url: string; writer: number }): Promise<ArchiveSink> {
  const pool = connect({ url, max: 1, queryMs: STATEMENT_MS + 1000 });
  try {
    await transaction(pool, createTables);
    return new PostgresSink(pool, writer);
  } catch (error) {
    await pool.end();
    throw error;
  }
}

class PostgresSink implements ArchiveSink {
  readonly #pool: Pool;
  readonly #writer: number;
  readonly #days = new Set<string>();

  constructor(pool: Pool, writer: number) {
    this.#pool = pool;
    this.#writer = writer;
  }

  async write(parts: readonly ArchivePart[]): Promise<void> {
    const days = new Set(parts.map((part) => dayOf(part.kind === 'event' ? part.event.at : part.slice.at)));
    for (const day of days) await this.#ensureDay(day);
    await this.#transaction(async (client) => {
      const erasedOf = await readErased(client, parts);
      await insertRows(client, slicesIn(parts), erasedOf);
      await insertEvents(client, eventsIn(parts), erasedOf);
    });
  }

  async #ensureDay(day: string): Promise<void> {
    if (this.#days.has(day)) return;
    await this.#transaction((client) => createPartitions(client, day));
    this.#days.add(day);
  }

  /** Holds a lock to the end, so that no two writers work at a time. */
  #transaction<T>(act: (client: PoolClient) => Promise<T>): Promise<T> {
    return transaction(this.#pool, async (client) => {
      const taken = 'UPDATE fanfare_archive_writer SET number = $1 WHERE number <= $1';
      if ((await client.query(taken, [this.#writer])).rowCount === 0) {
        throw new ArchiveFencedError('another process archives now');
      }
      return act(client);
    });
  }

  async erase(erasures: readonly Erasure[]): Promise<void> {
    for (const erasure of erasures) {
      if (erasure.uid === undefined) await this.#eraseApp(erasure.appId);
      else await this.#eraseUser(erasure.appId, erasure.uid, erasure.at);
    }
  }

  async #eraseApp(appId: string): Promise<void> {
    for (const table of ['fanfare_archive_rows', 'fanfare_archive_events']) {
      const partitions = await this.#transaction((client) => partitionsOf(client, table));
      for (const partition of partitions) await this.#deleteFrom(partition, appId);
    }
    await this.#deleteFrom('fanfare_archive_erased', appId);
  }

  /** A bounded number of rows at a time, so that no statement takes too long, however large the app. */
  async #deleteFrom(table: string, appId: string): Promise<void> {
    const batch = `DELETE FROM ${table} WHERE ctid = ANY(ARRAY(
      SELECT ctid FROM ${table} WHERE app = $1 LIMIT ${ERASED_AT_ONCE}))`;
    while ((await this.#transaction((client) => client.query(batch, [appId]))).rowCount === ERASED_AT_ONCE) {
      // One batch after the other.
    }
  }

  async #eraseUser(appId: string, uid: string, at: number): Promise<void> {
    await this.#transaction(async (client) => {
      await client.query(
        `INSERT INTO fanfare_archive_erased AS e (app, id, at) VALUES ($1, $2, $3)
         ON CONFLICT (app, id) DO UPDATE SET at = greatest(e.at, excluded.at)`,
        [appId, erasedId(appId, uid), at],
      );
      const rows = 'DELETE FROM fanfare_archive_rows WHERE app = $1 AND uid = $2 AND at <= $3';
      await client.query(rows, [appId, textFor(uid), at]);
    });
    while (await this.#transaction((client) => hideUser(client, appId, uid, at))) {
      // One batch after the other.
    }
  }

  async tidy(): Promise<boolean> {
    return false;
  }

  close(): Promise<void> {
    return this.#pool.end();
  }
}

/** The slices among some parts, each once: a statement may not write a row twice. */
const slicesIn = (parts: readonly ArchivePart[]): ArchivedSlice[] => [
  ...new Map(
    parts.flatMap((part) => (part.kind === 'slice' ? [[`${part.slice.key} ${part.slice.slice}`, part.slice]] : [])),
  ).values(),
];

/** The events among some parts, each once. */
const eventsIn = (parts: readonly ArchivePart[]): ArchivedEvent[] => [
  ...new Map(parts.flatMap((part) => (part.kind === 'event' ? [[part.event.key, part.event]] : []))).values(),
];

async function insertRows(client: PoolClient, slices: readonly ArchivedSlice[], erasedOf: ErasedOf): Promise<void> {
  const records = slices.flatMap(({ appId, key, at, slice, rows }) =>
    eraseRows(rows, at, erasedOf(appId)).map(({ index, uid, ...facts }) => [
      ...[dayOf(at), appId, at, key, slice, index, textFor(uid), JSON.stringify(facts)],
    ]),
  );
  if (records.length > 0) await client.query(INSERT_ROWS, columnsOf(records));
}

async function insertEvents(client: PoolClient, events: readonly ArchivedEvent[], erasedOf: ErasedOf): Promise<void> {
  const records = events.map((event) => {
    const { facts } = eraseFrom(event, erasedOf(event.appId));
    const { appId, at, key, id, lane, doneAt, logged, slices } = event;
    const named = JSON.stringify(namedIn(facts).map(textFor));
    return [dayOf(at), appId, at, key, textFor(id), lane, doneAt, logged, slices, named, JSON.stringify(facts)];
  });
  if (records.length > 0) await client.query(INSERT_EVENTS, columnsOf(records));
}

/** Turns records into columns, for `unnest`. */
const columnsOf = (records: readonly unknown[][]): unknown[][] =>
  (records[0] ?? []).map((_, i) => records.map((record) => record[i]));

type ErasedOf = (appId: string) => IsErased;

/** Which of the users that some parts name are erased. */
async function readErased(client: PoolClient, parts: readonly ArchivePart[]): Promise<ErasedOf> {
  const any = await client.query('SELECT 1 FROM fanfare_archive_erased LIMIT 1');
  if (any.rowCount === 0) return () => () => false;
  const ids = new Map<string, Map<string, string>>();
  const add = (appId: string, uid: string) => {
    const uids = ids.get(appId) ?? new Map<string, string>();
    if (!uids.has(uid)) uids.set(uid, erasedId(appId, uid));
    ids.set(appId, uids);
  };
  for (const { appId, facts } of eventsIn(parts)) for (const uid of namedIn(facts)) add(appId, uid);
  for (const { appId, rows } of slicesIn(parts)) for (const { uid } of rows) add(appId, uid);
  const { rows } = await client.query<{ id: string; at: string }>(
    'SELECT id, at FROM fanfare_archive_erased WHERE app = ANY($1) AND id = ANY($2)',
    [[...ids.keys()], [...ids.values()].flatMap((uids) => [...uids.values()])],
  );
  const erasedAt = new Map(rows.map(({ id, at }) => [id, Number(at)]));
  return (appId) => (uid, at) => at <= (erasedAt.get(ids.get(appId)?.get(uid) ?? '') ?? -1);
}

/** Hides a user in some of the events that name them; false when there are no more. */
async function hideUser(client: PoolClient, appId: string, uid: string, at: number): Promise<boolean> {
  const { rows } = await client.query<{ at: string; key: string; day: string; facts: LogFacts }>(
    `SELECT at, key, day::text AS day, facts FROM fanfare_archive_events
     WHERE app = $1 AND named @> ARRAY[$2] AND at <= $3 LIMIT 500`,
    [appId, textFor(uid), at],
  );
  for (const row of rows) {
    const event = eraseFrom(
      { at: Number(row.at), facts: row.facts } as ArchivedEvent,
      (one) => textFor(one) === textFor(uid),
    );
    await client.query(
      'UPDATE fanfare_archive_events SET facts = $5, named = $6 WHERE app = $1 AND at = $2 AND key = $3 AND day = $4',
      [appId, row.at, row.key, row.day, JSON.stringify(event.facts), namedIn(event.facts).map(textFor)],
    );
  }
  return rows.length > 0;
}
