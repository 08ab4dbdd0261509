import type { Lane, LogFacts } from '@fanfare/core';
import type { Pool } from 'pg';
import { type ArchivedEvent, type ArchivedRow, dayOf } from '../archived.ts';
import type { ArchivePage, ArchiveRange, ArchiveReader } from '../sink.ts';
import { connect } from './connect.ts';

/** How long a query may take, ms: a request waits for it. */
const QUERY_MS = 5000;
const CONNECTIONS = 4;

/** The table does not exist: nothing was ever archived. */
const UNDEFINED_TABLE = '42P01';

interface EventRow {
  at: string;
  key: string;
  id: string;
  lane: Lane;
  done_at: string;
  slices: number;
  facts: LogFacts;
}

/** Reads what `openPostgresSink` has written. */
export class PostgresReader implements ArchiveReader {
  readonly #pool: Pool;

  constructor(url: string) {
    this.#pool = connect({ url, max: CONNECTIONS, queryMs: QUERY_MS });
  }

  async page(appId: string, { from = 0, to, after, order, limit }: ArchiveRange): Promise<ArchivePage> {
    const last = to ?? Number.MAX_SAFE_INTEGER;
    const values: unknown[] = [appId, limit, from, last];
    const conditions = ['app = $1', 'logged', 'at >= $3', 'at <= $4'];
    if (after) {
      values.push(after.at, after.key);
      conditions.push(`(at, key) ${order === 'append' ? '>' : '<'} ($5, $6)`);
    }
    // Lets the server leave out partitions.
    for (const [sign, time] of [
      ['>=', Math.max(from, after && order === 'append' ? after.at : 0)],
      ['<=', Math.min(last, after && order === 'prepend' ? after.at : last)],
    ] as const) {
      if (time <= 0 || time > MAX_TIME) continue;
      values.push(dayOf(time));
      conditions.push(`day ${sign} $${values.length}`);
    }
    const way = order === 'append' ? 'ASC' : 'DESC';
    const rows = await this.#query<EventRow>(
      `SELECT at, key, id, lane, done_at, slices, facts FROM fanfare_archive_events
       WHERE ${conditions.join(' AND ')} ORDER BY at ${way}, key ${way} LIMIT $2`,
      values,
    );
    const events = rows.map(({ at, done_at, ...row }) => ({
      ...row,
      appId,
      at: Number(at),
      doneAt: Number(done_at),
      logged: true,
    }));
    const next = events.length < limit ? undefined : events.at(-1);
    return { events, ...(next ? { next } : {}) };
  }

  async rows({ appId, at, key }: ArchivedEvent, slice: number): Promise<readonly ArchivedRow[]> {
    const rows = await this.#query<{ row: number; uid: string; facts: Omit<ArchivedRow, 'index' | 'uid'> }>(
      `SELECT row, uid, facts FROM fanfare_archive_rows
       WHERE app = $1 AND key = $2 AND slice = $3 AND day = $4 ORDER BY row`,
      [appId, key, slice, dayOf(at)],
    );
    return rows.map(({ row, uid, facts }) => ({ index: row, uid, ...facts }));
  }

  close(): Promise<void> {
    return this.#pool.end();
  }

  async #query<Row extends object>(text: string, values: unknown[]): Promise<Row[]> {
    try {
      return (await this.#pool.query<Row>(text, values)).rows;
    } catch (error) {
      if ((error as { code?: string }).code === UNDEFINED_TABLE) return [];
      throw error;
    }
  }
}

/** The last time that has a day of four digits. */
const MAX_TIME = Date.UTC(9999, 11, 31);
