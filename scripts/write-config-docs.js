/**
 * Writes docs/configuration.md from the schemas that read the environment. With --check it writes nothing and fails if
 * the file is out of date. Needs the build.
 */
import { readFileSync, writeFileSync } from 'node:fs';

const APPS = ['ingest', 'fanout', 'sender', 'console', 'simulator'];
const FILE = new URL('../docs/configuration.md', import.meta.url);

/** The built file with an app's schema. */
const fileOf = (app) => `../apps/${app}/dist/${app === 'console' ? 'server/' : ''}config.js`;
const schemaOf = async (app) =>
  Object.values(await import(new URL(fileOf(app), import.meta.url))).find((value) => value?.shape);

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

Each app reads only these environment variables, once, at start. An empty variable counts as unset. Flags take true,
false, yes, no, on, off, 1 and 0. If variables are wrong, an app names all of them and does not start. \`npm run
config-docs\` writes this page from the schemas that the apps use.

${sections.join('\n\n')}
`;

if (!process.argv.includes('--check')) writeFileSync(FILE, text);
else if (readFileSync(FILE, 'utf8') !== text) {
  console.error('docs/configuration.md is out of date: npm run config-docs');
  process.exitCode = 1;
}
