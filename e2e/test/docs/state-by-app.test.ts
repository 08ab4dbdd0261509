import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../../..');
const PAGE = 'docs/rules/delivery.md';

/** What runs for several apps: neither the simulator nor what runs on a developer's machine. */
const SOURCES = ['apps', 'packages']
  .flatMap((folder) => readdirSync(join(ROOT, folder)).map((name) => join(folder, name)))
  .filter((workspace) => !/(simulator|cli|client|testkit|redis-server)$/.test(workspace))
  .flatMap((workspace) =>
    readdirSync(join(ROOT, workspace, 'src'), { recursive: true, encoding: 'utf8' })
      // The console's client runs in the browser of one operator.
      .filter((file) => file.endsWith('.ts') && !file.startsWith('client/'))
      .map((file) => join(workspace, 'src', file)),
  );

/** A collection that starts empty, and is filled as requests come. */
const STARTS_EMPTY = /(?:new (?:Map|Set|WeakMap|WeakSet)(?:<.*>)?\(\)|new (?:LRUCache|Recent)\b|\bmemoByText\()/;
const NAME = /(?:readonly |const |let )?(#?\w+)(?:: [^=]*)? ?=[^=]|this\.(#\w+) =|^\s*(\w+): new /;

/** Filled and read within one call. */
const OF_ONE_CALL = new Set([
  'counts.ts totals',
  'counts.ts byProvider',
  'breakers.ts found',
  'block.ts counts',
  'block.ts steps',
  'dead-letter-summary.ts groups',
  'dead-letter-summary.ts hours',
  'event-index.ts byShard',
  'stats-view.ts settled',
  'stats.ts growth',
  'buckets.ts byDay',
  'log-index.ts byShard',
  'replicas.ts byPrimary',
  'sweep-held.ts late',
  'hold-some.ts found',
  'by-shard.ts groups',
  'tally.ts providers',
  'tally.ts reasons',
  'enqueue.ts groups',
  'record-references.ts groups',
  'accept-events.ts batches',
  'accept-events.ts counts',
  'original-event.ts byUid',
  'dead-letters.ts found',
  'plan.ts reasons',
  'plan.ts providers',
  'refusals.ts found',
  'blocks.ts found',
  'call-participants.ts rung',
  'reached.ts rung',
  'members.ts joining',
  'rings.ts devices',
  'origin-places.ts entry',
  'admit.ts byGroup',
  'handle-pack.ts before',
  'migrate-devices.ts kept',
  'pack.ts pack',
  'packs.ts groups',
  'planned-slice.ts ids',
  'report.ts counts',
  'import-devices.ts seen',
  'import-preferences.ts byUser',
  'write-lines.ts byUser',
  'write-lines.ts members',
  'write-lines.ts ids',
  'accept.ts open',
  'store-events.ts batches',
  'store-events.ts byApp',
  'settle.ts last',
  'file-reader.ts newest',
  'file-sink.ts groups',
  'lines.ts slices',
  'postgres-sink.ts ids',
  'postgres-sink.ts uids',
  'kept.ts lists',
  'spent-days.ts oldest',
  'trim-order.ts bytes',
  'sweep-buckets.ts open',
  'sweep-memory.ts counts',
  'nodes.ts found',
  'span-nodes.ts byNode',
]);

/** Where code keeps something from one request to the next, as `file name`. */
const inCode = (): string[] =>
  SOURCES.flatMap((file) =>
    readFileSync(join(ROOT, file), 'utf8')
      .split('\n')
      // A constant stays empty.
      .filter((line) => !/const [A-Z_]+\b/.test(line))
      .filter((line) => STARTS_EMPTY.test(line) && !/^\s*(\*|\/\/|export function|return|yield|if)/.test(line))
      .map((line) => {
        const [, ...names] = NAME.exec(line) ?? [];
        return `${basename(file)} ${names.find((name) => name !== undefined) ?? line.trim()}`;
      }),
  );

/** The rows of the table, as `file name`. */
const inDocs = (): string[] =>
  [...readFileSync(join(ROOT, PAGE), 'utf8').matchAll(/^\| \[([\w-]+\.ts)\]\(\S+\) `(#?\w+)` \|/gm)].map(
    ([, file, name]) => `${file} ${name}`,
  );

test('everything kept in memory between requests is in the table that says by which key', () => {
  const kept = inCode().filter((place) => !OF_ONE_CALL.has(place));
  expect([...new Set(kept)].sort()).toEqual([...new Set(inDocs())].sort());
});
