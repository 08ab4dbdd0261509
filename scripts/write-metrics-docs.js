/**
 * Writes docs/metrics.md from the metrics that the apps create. With --check it writes nothing and fails if the file is
 * out of date. Needs the build.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createMetrics } from '../packages/runtime/dist/index.js';

const FILE = new URL('../docs/metrics.md', import.meta.url);

const { descriptions } = createMetrics();
const sorted = [...descriptions].sort((a, b) => (a.name < b.name ? -1 : 1));

const rowOf = ({ name, type, labels, help }) =>
  `| \`${name}\` | ${type} | ${labels.map((label) => `\`${label}\``).join(', ') || '–'} | ${help} |`;

const table = (metrics) =>
  ['| metric | type | labels | means |', '|---|---|---|---|', ...metrics.map(rowOf)].join('\n');

const text = `# Metrics

Every process serves \`/metrics\` on a port of its own ([METRICS_PORT](configuration.md#ingest)): ingest 8180, fanout
8181, sender 8182, console 8190. No label is an id: labels have short lists of values, however many apps and users there
are. Alerts, dashboards and tracing are in [operations.md](operations.md#metrics-alerts-dashboards-tracing). \`npm run
metrics-docs\` writes this page from the metrics that the apps create.

## Shared state

Ingest and console read these from Redis at every scrape, so they stay when all workers are dead. Each replica exports
the whole truth: aggregate with \`max\`, never with \`sum\`. While Redis cannot be read, they are absent.

${table(sorted.filter(({ isShared }) => isShared))}

## Of each process

Counters and histograms start at 0 with the process: aggregate with \`sum\` over \`rate\`. A process exports all
metrics, and counts only what it does. Fan-out and sender serve calls in a thread of their own; its counts are included.

${table(sorted.filter(({ isShared }) => !isShared))}

Besides, Node's own: \`process_*\` and \`nodejs_*\`, of the main thread where they concern one.
`;

if (!process.argv.includes('--check')) writeFileSync(FILE, text);
else if (readFileSync(FILE, 'utf8') !== text) {
  console.error('docs/metrics.md is out of date: npm run metrics-docs');
  process.exitCode = 1;
}
