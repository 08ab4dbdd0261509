import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { canFetch } from '../src/fetch-package.ts';
import { findRedis, RedisNotFoundError, startRedis } from '../src/index.ts';
import { operatingSystem } from '../src/operating-system.ts';
import { ask } from './ask.ts';
import { temporaryFolder } from './temporary.ts';

const system = await operatingSystem();
const fetchable = canFetch(system);
/** Package lists and packages are downloaded. */
const FETCH_TIMEOUT_MS = 180_000;
const testFetching = fetchable ? test : test.skip;
if (!fetchable) console.log(`skipping the tests of fetching: ${system.name} is not like Debian`);

const { PATH } = process.env;
afterEach(() => {
  process.env.PATH = PATH;
});

test('a server on the search path is found under either name', async () => {
  await using folder = await temporaryFolder();
  const command = await fakeProgram(folder.path, 'valkey-server', 'echo "Valkey server v=8.1.1 sha=0:0 bits=64"');
  expect(await findRedis({ searchPath: folder.path })).toEqual({ command, env: {}, source: 'path', version: '8.1.1' });
});

test('a server that is too old or does not run is ignored, and the next one is used', async () => {
  await using folder = await temporaryFolder();
  const places = ['old', 'broken', 'good'].map((name) => join(folder.path, name)) as [string, string, string];
  const old = await fakeProgram(places[0], 'redis-server', 'echo "Redis server v=6.0.16 sha=0:0"');
  await fakeProgram(places[1], 'redis-server', 'exit 127');
  const good = await fakeProgram(places[2], 'redis-server', 'echo "Redis server v=7.0.15 sha=0:0"');
  const lines: string[] = [];
  const found = await findRedis({ searchPath: places.join(':'), log: (line) => lines.push(line) });
  expect(found.command).toBe(good);
  expect(lines).toEqual([expect.stringContaining(`${old}: it is 6.0.16`)]);
});

testFetching(
  "without a server on the path the distribution's package is fetched once, runs, and is found again",
  async () => {
    await using folder = await temporaryFolder();
    const lines: string[] = [];
    const options = { folder: folder.path, searchPath: '', log: (line: string) => void lines.push(line) };
    const binaries = await Promise.all([findRedis(options), findRedis(options)]);
    expect(binaries[0]).toEqual(binaries[1]);
    expect(binaries[0]).toMatchObject({ source: 'package', command: expect.stringContaining(folder.path) });
    expect(lines).toContainEqual(expect.stringContaining('apt-get update'));
    expect(await readdir(folder.path)).toEqual([system.slug]);

    lines.length = 0;
    await using server = await startRedis({ binary: await findRedis(options) });
    expect(lines).toEqual([]);
    expect(await ask(server, 'PING')).toEqual(['PONG']);
  },
  FETCH_TIMEOUT_MS,
);

testFetching('when fetching fails, the error says why and what to do instead, and nothing is left', async () => {
  await using folder = await temporaryFolder();
  const bin = join(folder.path, 'bin');
  await fakeProgram(bin, 'apt-get', 'echo "E: the mirror is on fire" >&2; exit 100');
  process.env.PATH = `${bin}:${PATH}`;
  const finding = findRedis({ folder: join(folder.path, 'redis'), searchPath: '', log: () => {} });
  const error = await finding.catch((reason: Error) => reason);
  expect(error).toBeInstanceOf(RedisNotFoundError);
  expect((error as Error).message).toMatch(/apt-get failed: E: the mirror is on fire[\s\S]*sudo apt-get install/);
  expect(await readdir(join(folder.path, 'redis'))).toEqual([]);
});

async function fakeProgram(folder: string, name: string, script: string): Promise<string> {
  const path = join(folder, name);
  await mkdir(folder, { recursive: true });
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
  return path;
}
