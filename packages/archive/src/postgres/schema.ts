import type { ClientBase } from 'pg';

/** A number for the lock under which tables are created: any, as long as it stays the same. */
const SCHEMA_LOCK = 7_203_114_014;

/**
 * The tables. `day` is the UTC day of `at`, by which both are partitioned: dropping the partitions of a day drops its
 * history. What no query asks about is `json`, not `jsonb`, which refuses some texts.
 */
const TABLES = `
CREATE TABLE IF NOT EXISTS fanfare_archive_events (
  day date NOT NULL, app text NOT NULL, at bigint NOT NULL, key text COLLATE "C" NOT NULL, id text NOT NULL,
  lane text NOT NULL, done_at bigint NOT NULL, logged boolean NOT NULL, slices integer NOT NULL,
  named text[] NOT NULL, facts json NOT NULL,
  PRIMARY KEY (app, at, key, day)
) PARTITION BY RANGE (day);
CREATE INDEX IF NOT EXISTS fanfare_archive_events_named ON fanfare_archive_events USING gin (named);
CREATE INDEX IF NOT EXISTS fanfare_archive_events_logged ON fanfare_archive_events (app, at, key) WHERE logged;
CREATE TABLE IF NOT EXISTS fanfare_archive_rows (
  day date NOT NULL, app text NOT NULL, at bigint NOT NULL, key text COLLATE "C" NOT NULL,
  slice integer NOT NULL, row integer NOT NULL, uid text NOT NULL, facts json NOT NULL,
  PRIMARY KEY (app, key, slice, row, day)
) PARTITION BY RANGE (day);
CREATE INDEX IF NOT EXISTS fanfare_archive_rows_uid ON fanfare_archive_rows (app, uid);
CREATE TABLE IF NOT EXISTS fanfare_archive_erased (
  app text NOT NULL, id text NOT NULL, at bigint NOT NULL, PRIMARY KEY (app, id)
);
CREATE TABLE IF NOT EXISTS fanfare_archive_writer (one boolean PRIMARY KEY DEFAULT true, number bigint NOT NULL);
INSERT INTO fanfare_archive_writer (number) VALUES (0) ON CONFLICT DO NOTHING;
`;

/** Creates the tables that do not exist, in a transaction. */
export async function createTables(client: ClientBase): Promise<void> {
  await client.query('SELECT pg_advisory_xact_lock($1)', [SCHEMA_LOCK]);
  await client.query(TABLES);
}

/** Creates the partitions of a day, e.g. `2026-11-29`, that do not exist. */
export async function createPartitions(client: ClientBase, day: string): Promise<void> {
  const next = new Date(Date.parse(day) + 24 * 3_600_000).toISOString().slice(0, 10);
  for (const table of ['fanfare_archive_events', 'fanfare_archive_rows']) {
    const name = `${table}_${day.replaceAll('-', '')}`;
    await client.query(
      `CREATE TABLE IF NOT EXISTS ${name} PARTITION OF ${table} FOR VALUES FROM ('${day}') TO ('${next}')`,
    );
  }
}

/** The partitions of a table. */
export async function partitionsOf(client: ClientBase, table: string): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    'SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = $1::regclass ORDER BY name',
    [table],
  );
  return rows.map(({ name }) => name);
}
