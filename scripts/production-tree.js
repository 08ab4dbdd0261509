/**
 * Writes what runs in production to a new folder: our apps and packages as built, and the packages of npm that they
 * need. No sources, types, source maps, TypeScript or links that lead nowhere. The Dockerfile's image is this folder.
 * Needs the build. usage: node scripts/production-tree.js FOLDER
 */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** What a container may run; the packages follow from their dependencies. */
const APPS = ['ingest', 'fanout', 'sender', 'console', 'cli', 'simulator'].map((name) => `apps/${name}`);
/** What a workspace is made of. */
const PARTS = ['dist', 'bin', 'public'];
const UNUSED = /\.(map|d\.[cm]?ts|[cm]?ts|tsbuildinfo)$/;
/** The compiler, which libraries name as an optional peer. */
const COMPILER = ['node_modules/typescript', 'node_modules/@typescript'];

const [folder] = process.argv.slice(2);
if (folder === undefined || existsSync(folder)) {
  console.error('usage: node scripts/production-tree.js FOLDER, which must not exist yet');
  process.exit(2);
}

const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));
const manifests = readJson(join(ROOT, 'package.json')).workspaces.flatMap((pattern) =>
  readManifests(pattern.endsWith('/*') ? children(pattern.slice(0, -2)) : [pattern]),
);
const workspaceOf = new Map(manifests.map(({ path, name }) => [name, path]));
const used = reach(APPS);

for (const file of ['package.json', 'package-lock.json', ...manifests.map(({ path }) => `${path}/package.json`)]) {
  copy(file);
}
for (const path of used) for (const part of PARTS) copy(`${path}/${part}`);
// All manifests are there, because npm compares them with the lock file.
execFileSync(
  'npm',
  ['ci', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund', ...APPS.flatMap((app) => ['--workspace', app])],
  { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] },
);
for (const { path } of manifests) if (!used.has(path)) rmSync(join(folder, path), { recursive: true });
for (const path of COMPILER) rmSync(join(folder, path), { recursive: true, force: true });
prune(folder);

function children(parent) {
  return readdirSync(join(ROOT, parent)).map((name) => `${parent}/${name}`);
}

function readManifests(paths) {
  return paths
    .filter((path) => existsSync(join(ROOT, path, 'package.json')))
    .map((path) => ({ path, ...readJson(join(ROOT, path, 'package.json')) }));
}

/** The workspaces that these need, directly or not, and themselves. */
function reach(paths, found = new Set()) {
  for (const path of paths) {
    if (found.has(path)) continue;
    found.add(path);
    const { dependencies = {} } = manifests.find((manifest) => manifest.path === path);
    const needed = Object.keys(dependencies).flatMap((name) => workspaceOf.get(name) ?? []);
    reach(needed, found);
  }
  return found;
}

function copy(path) {
  if (!existsSync(join(ROOT, path))) return;
  cpSync(join(ROOT, path), join(folder, path), { recursive: true, filter: (source) => !UNUSED.test(source) });
}

/** Removes what does not run: files by their name, and links to what is gone. */
function prune(directory) {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) prune(path);
    else if (entry.isSymbolicLink() ? !existsSync(path) : UNUSED.test(entry.name)) rmSync(path);
  }
}
