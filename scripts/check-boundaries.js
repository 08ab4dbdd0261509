// Checks the imports of our workspaces against the table below. Biome checks that each import is declared.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';

const TABLE = [
  { places: ['packages/core', 'packages/runtime', 'packages/client', 'packages/redis-server'], may: /^$/ },
  { places: ['packages/providers'], may: /^packages\/core$/ },
  { places: ['packages/redis'], may: /^packages\/runtime$/ },
  { places: ['packages/queue', 'packages/store'], may: /^packages\/(core|redis)$/ },
  { places: ['packages/ledger'], may: /^packages\/(core|queue|redis)$/ },
  { places: ['packages/audience'], may: /^packages\/(core|ledger|providers|store)$/ },
  { places: ['packages/archive'], may: /^packages\/(core|ledger|runtime)$/ },
  { places: ['packages/service'], may: /^packages\/(core|ledger|queue|redis|runtime|store)$/ },
  { places: ['packages/testkit'], may: /^packages\/redis-server$/ },
  { places: ['apps/ingest', 'apps/fanout', 'apps/sender', 'apps/console'], may: /^packages\// },
  { places: ['apps/simulator'], may: /^packages\/(core|runtime)$/ },
  { places: ['examples'], may: /^packages\/client$/ },
  { places: ['apps/cli', 'bench'], may: /^(packages|apps)\// },
  { places: ['e2e'], may: /^((packages|apps)\/|examples$)/ },
];
/** Only as a devDependency, and not of itself or its own dependencies: no cycles. */
const TESTKIT = '@fanfare/testkit';
const BELOW_TESTKIT = ['packages/redis-server', 'packages/testkit'];
/** Its sources are tests too: the drill runs on a test cluster. */
const TESTS_IN_SRC = ['bench'];
/** Libraries allowed in one place only. */
const ONLY_IN = [
  [/^bullmq($|[-/])/, ['packages/queue', 'bench']],
  [/^pg($|[-/])/, ['packages/archive']],
  [/^(@fastify\/|fastify($|[-/]))/, ['apps/ingest', 'apps/console', 'bench']],
];
const IMPORT = /(?:\bfrom|\bimport|\brequire)\s*\(?\s*['"]([^'"\n]+)['"]/g;

const root = resolve(process.argv[2] ?? '.');
const readJson = (path) => JSON.parse(readFileSync(join(root, path), 'utf8'));
const violations = [];
const workspaces = readJson('package.json')
  .workspaces.flatMap((glob) => (glob.endsWith('/*') ? folders(glob.slice(0, -2)) : [glob]))
  .filter((place) => existsSync(join(root, place, 'package.json')));
const placeOf = new Map(workspaces.map((place) => [readJson(`${place}/package.json`).name, place]));

for (const place of workspaces) {
  checkManifest(place, readJson(`${place}/package.json`));
  for (const file of sources(place)) checkImports(place, file);
}
if (violations.length === 0) console.log(`boundaries: ${workspaces.length} workspaces, ok`);
else console.error(violations.join('\n'));
process.exitCode = violations.length > 0 ? 1 : 0;

function checkManifest(place, { dependencies = {}, devDependencies = {} }) {
  const file = `${place}/package.json`;
  const row = TABLE.find(({ places }) => places.includes(place));
  if (!row) return violations.push(`${file}: ${place} is not in the table of scripts/check-boundaries.js`);
  for (const name of Object.keys({ ...dependencies, ...devDependencies })) {
    if (!name.startsWith('@fanfare/')) continue;
    const testkit = name === TESTKIT && !(name in dependencies) && !BELOW_TESTKIT.includes(place);
    const fits = name !== TESTKIT && row.may.test(placeOf.get(name) ?? '-');
    if (!testkit && !fits) violations.push(`${file}: ${place} may not depend on ${name} here`);
  }
}

function checkImports(place, file) {
  for (const [, specifier] of readFileSync(join(root, file), 'utf8').matchAll(IMPORT)) {
    const rule = broken(place, file, specifier);
    if (rule) violations.push(`${file}: imports ${specifier}: ${rule}`);
  }
}

function broken(place, file, specifier) {
  if (specifier.startsWith('.')) {
    const path = relative(join(root, place), resolve(root, dirname(file), specifier));
    return path.split(sep)[0] === '..' ? 'a relative import may not leave its workspace' : undefined;
  }
  const [, name, inside] = /^(@fanfare\/[^/]+)\/?(.*)$/.exec(specifier) ?? [];
  const door = placeOf.get(name)?.startsWith('apps/') ? 'app' : '';
  if (name === TESTKIT && file.startsWith(`${place}/src/`) && !TESTS_IN_SRC.includes(place))
    return 'it is for tests only';
  if (name && inside !== door) return `the only entry point is ${door ? `${name}/${door}` : name}`;
  const kept = ONLY_IN.find(([library, places]) => library.test(specifier) && !places.includes(place));
  return kept && `only ${kept[1].join(' and ')} may`;
}

function folders(parent) {
  return existsSync(join(root, parent)) ? readdirSync(join(root, parent)).map((name) => `${parent}/${name}`) : [];
}

function sources(place) {
  return readdirSync(join(root, place), { recursive: true })
    .filter((file) => /\.(ts|tsx|js|mjs)$/.test(file) && !/(^|\/)(node_modules|dist)\/|^jest\.config\.js$/.test(file))
    .map((file) => `${place}/${file}`);
}
