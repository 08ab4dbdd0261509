import type { LoadHook } from 'node:module';

/** What is replaced in a built file, once: a text by another, or nothing but an addition at the end. */
interface Change {
  file: string;
  from?: string;
  to: string;
}

/** What makes a process observe nothing; the product has no switch for it, since it is cheap. */
const CHANGES: readonly Change[] = [
  // Statistics, and the live tail.
  { file: '/ledger/dist/stats/stats.js', to: 'Stats.prototype.add = () => {};' },
  { file: '/sender/dist/recent-outcomes.js', to: 'RecentOutcomes.prototype.places = () => 0;' },
  // The list of all events.
  {
    file: '/ledger/dist/log/event-index.js',
    from: "addToChunks(root .. 'listed:' .. app, retention, root .. 'ev:', events)",
    to: '',
  },
  // Metrics.
  {
    file: '/runtime/dist/metrics.js',
    to: 'Counter.prototype.inc = Histogram.prototype.observe = Gauge.prototype.set = () => {};',
  },
  { file: '/runtime/dist/metrics.js', from: 'const lag = watchLoop()', to: 'const lag = () => 0' },
  // Heartbeats, and the record of changes.
  { file: '/redis/dist/processes.js', from: 'const beat = () => {', to: 'const beat = () => { return;' },
  {
    file: '/ingest/dist/http/audit.js',
    from: 'export function auditChanges(server, deps) {',
    to: 'export function auditChanges(server, deps) { return;',
  },
];

/** Ends a changed file: threads register the hooks again, and each would be asked. */
const MARK = '// observes nothing';

/** Makes the changes while files are loaded. @throws when a text to be replaced is no longer there. */
export const load: LoadHook = async (url, context, nextLoad) => {
  const loaded = await nextLoad(url, context);
  const changes = CHANGES.filter(({ file }) => url.endsWith(file));
  const source = String(loaded.source);
  if (changes.length === 0 || source.endsWith(MARK)) return loaded;
  return { ...loaded, source: `${changes.reduce(changed, source)}\n${MARK}` };
};

function changed(source: string, { file, from, to }: Change): string {
  if (from === undefined) return `${source}\n${to}\n`;
  if (!source.includes(from)) throw new Error(`${file} has no "${from}": mend bench/src/observed/hooks.ts`);
  return source.replace(from, to);
}
