/**
 * Writes docs/configuration.md from the schemas that read the environment. With --check it writes nothing and fails when
 * the file is not what it would write. Needs the build.
 */
import { readFileSync, writeFileSync } from 'node:fs';

const APPS = ['ingest', 'fanout', 'sender', 'console', 'simulator'];
const FILE = new URL('../docs/configuration.md', import.meta.url);

const schemaOf = async (app) =>
  Object.values(await import(new URL(`../apps/${app}/dist/config.js`, import.meta.url))).find((value) => value?.shape);

function rowOf(name, field) {
  const unset = field.safeParse(undefined);
  const shown = unset.success ? JSON.stringify(unset.data ?? null) : undefined;
  const standard = shown === undefined ? '**required**' : shown === 'null' || shown === '[]' ? '–' : `\`${shown}\``;
  return `| \`${name}\` | ${standard} | ${field.description ?? ''} |`;
}

const sections = await Promise.all(
  APPS.map(async (app) => {
    const { shape } = await schemaOf(app);
    const rows = Object.entries(shape).map(([name, field]) => rowOf(name, field));
    return [`## ${app}`, '', '| variable | default | meaning |', '|---|---|---|', ...rows].join('\n');
  }),
);
const text = `# Configuration

Each app reads these environment variables, once, at its start, and nothing else; an empty one counts as unset. Flags take
true, false, yes, no, on, off, 1 and 0. What is wrong is said in one go, naming every variable. Written by
\`npm run config-docs\` from the schemas the apps use.

${sections.join('\n\n')}
`;

if (!process.argv.includes('--check')) writeFileSync(FILE, text);
else if (readFileSync(FILE, 'utf8') !== text) {
  console.error('docs/configuration.md is not what the schemas say: npm run config-docs');
  process.exitCode = 1;
}
