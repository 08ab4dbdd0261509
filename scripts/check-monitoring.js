import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createMetrics } from '../packages/runtime/dist/index.js';

/**
 * Checks that what the monitoring names is there: every metric and recorded series in rules, their tests, dashboards
 * and docs; a summary, a severity and a runbook for every alert; an alert for every name of one. Needs the build.
 */
const FOLDER = 'infra/monitoring';
const ALERTS = `${FOLDER}/rules/alerts.yml`;
const read = (file) => readFileSync(file, 'utf8');
const filesIn = (folder, type) =>
  readdirSync(folder, { recursive: true })
    .map((name) => `${folder}/${name}`)
    .filter((file) => file.endsWith(type));

const { descriptions } = createMetrics();
const metrics = new Set(
  descriptions.flatMap(({ name, type }) =>
    type === 'histogram' ? ['', '_bucket', '_count', '_sum'].map((suffix) => name + suffix) : [name],
  ),
);
const rules = ['slo', 'alerts'].map((name) => read(`${FOLDER}/rules/${name}.yml`)).join('\n');
const recorded = new Set([...rules.matchAll(/- record: (\S+)/g)].map(([, name]) => name));
const alerts = read(ALERTS)
  .split(/^ {6}- alert: /m)
  .slice(1)
  .map((text) => ({ name: text.split('\n')[0], text }));
const alertNames = new Set(alerts.map(({ name }) => name));

const monitoring = [...filesIn(FOLDER, '.yml'), ...filesIn(FOLDER, '.json')];
const docs = [...filesIn('docs', '.md'), 'README.md', 'UPGRADING.md', 'ARCHITECTURE.md'];
const problems = [
  ...monitoring.flatMap((file) => namesIn(file, /\bfanfare_[a-z0-9_]+/g, metrics, 'metric')),
  ...docs.flatMap((file) => namesIn(file, /\bfanfare_(?!archive_(events|rows))[a-z0-9_]+/g, metrics, 'metric')),
  ...[...monitoring, ...docs].flatMap((file) => namesIn(file, /\bfanfare:[a-z0-9_:]+/g, recorded, 'recorded series')),
  ...[...monitoring, ...docs].flatMap((file) => namesIn(file, /\bFanfare[A-Z][A-Za-z]+/g, alertNames, 'alert')),
  ...alerts.flatMap(problemsOf),
];
for (const problem of problems) console.error(problem);
console.log(`monitoring: ${alerts.length} alerts, ${problems.length ? `${problems.length} to mend` : 'ok'}`);
process.exitCode = problems.length > 0 ? 1 : 0;

function namesIn(file, pattern, known, what) {
  const named = new Set(read(file).match(pattern) ?? []);
  return [...named].filter((name) => !known.has(name) && !isClass(name)).map((name) => `${file}: no ${what} ${name}`);
}

/** Classes of the client library begin like alerts. */
function isClass(name) {
  return /^Fanfare(Admin|Client|Server|Error|Notifications|Publisher)/.test(name);
}

function problemsOf({ name, text }) {
  const [, runbook = 'no runbook'] = /runbook_url: (\S+)/.exec(text) ?? [];
  return [
    ...(/summary: \S/.test(text) ? [] : ['has no summary']),
    ...(/severity: (page|ticket)\b/.test(text) ? [] : ['has no severity']),
    ...(existsSync(runbook) ? [] : [`names ${runbook}, which is not there`]),
  ].map((problem) => `${ALERTS}: ${name} ${problem}`);
}
