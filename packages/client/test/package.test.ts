import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';

const PACKAGE = fileURLToPath(new URL('..', import.meta.url));
const TSC = fileURLToPath(new URL('../../../node_modules/.bin/tsc', import.meta.url));

/** A project that has installed the packed package, and nothing else. */
let project: string;
let installed: string;
beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'fanfare-client-'));
  installed = join(project, 'node_modules/@fanfare/client');
  await mkdir(installed, { recursive: true });
  const packed = execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', project], {
    cwd: PACKAGE,
    encoding: 'utf8',
  });
  const [{ filename }] = JSON.parse(packed) as [{ filename: string }];
  execFileSync('tar', ['-xzf', join(project, filename), '--strip-components=1', '-C', installed]);
  await writeFile(join(project, 'package.json'), '{"type":"module"}');
}, 60_000);
afterAll(() => rm(project, { recursive: true }));

test('the package says where it runs, is not private, depends on nothing, and has no tests in it', async () => {
  const manifest = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8'));
  expect(manifest).toMatchObject({ name: '@fanfare/client', type: 'module', license: 'Apache-2.0' });
  expect(manifest.engines).toEqual({ node: '>=20.19' });
  expect(manifest.private).toBeUndefined();
  expect(manifest.dependencies).toBeUndefined();
  expect((await readdir(installed)).sort((a, b) => a.localeCompare(b))).toEqual([
    'dist',
    'package.json',
    'README.md',
    'src',
  ]);
});

test('a program imports it as an ES module', async () => {
  const program = `
    import { FanfareAdmin, FanfareNotifications, FanfareServer, verifyWebhook } from '@fanfare/client';
    console.log([FanfareAdmin, FanfareNotifications, FanfareServer, verifyWebhook].map((each) => typeof each).join());`;
  await writeFile(join(project, 'program.js'), program);
  const output = execFileSync(process.execPath, ['program.js'], { cwd: project, encoding: 'utf8' });
  expect(output.trim()).toBe('function,function,function,function');
});

test('a TypeScript program is checked against its types', async () => {
  await writeFile(
    join(project, 'program.ts'),
    `import { type AppStats, FanfareAdmin } from '@fanfare/client';
    const admin = new FanfareAdmin({ url: 'https://push.example.com', adminKey: 'key' });
    export const read = async (): Promise<AppStats['step']> => (await admin.app('app123').stats()).step;
    export const first = async (): Promise<string | undefined> => (await admin.system()).verdict[0]?.sentence;
    // @ts-expect-error There is no such state.
    export const wrong = () => admin.app('app123').events({ state: 'lost' });`,
  );
  const options = [
    '--noEmit',
    '--strict',
    '--module',
    'nodenext',
    '--target',
    'es2023',
    '--lib',
    'es2023,dom',
    '--types',
    '',
  ];
  const check = () => execFileSync(TSC, [...options, 'program.ts'], { cwd: project, encoding: 'utf8', stdio: 'pipe' });
  expect(check()).toBe('');
}, 60_000);
