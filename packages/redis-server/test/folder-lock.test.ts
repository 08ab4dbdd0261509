import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { lockFolder } from '../src/folder-lock.ts';
import { findRedis, RedisFolderInUseError, startRedis } from '../src/index.ts';
import { ask } from './ask.ts';
import { startParent } from './parent.ts';
import { processesWith } from './processes.ts';
import { temporaryFolder } from './temporary.ts';

const binary = await findRedis();
/** Above the highest process id of Linux. */
const GONE = 2 ** 22 + 1;

test('a folder in use is refused, and its server is not affected', async () => {
  await using folder = await temporaryFolder();
  await using server = await startRedis({ binary, folder: folder.path, port: 0 });
  const configuration = await readFile(join(folder.path, 'redis.conf'), 'utf8');
  const password = new URL(server.url).password;
  await expect(startRedis({ binary, folder: folder.path, port: 0 })).rejects.toThrow(RedisFolderInUseError);
  await expect(startRedis({ binary, folder: folder.path })).rejects.toThrow(`process ${server.pid}`);
  expect(await readFile(join(folder.path, 'redis.conf'), 'utf8')).toBe(configuration);
  expect(configuration).toContain(password);
  expect(await processesWith(`${folder.path}/redis.conf`)).toHaveLength(0);
  await server.stop();
  await server.start();
});

test('of several starts on one folder at once, one succeeds', async () => {
  await using folder = await temporaryFolder();
  const starts = await Promise.allSettled([1, 2, 3].map(() => startRedis({ binary, folder: folder.path })));
  const started = starts.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []));
  expect(started).toHaveLength(1);
  for (const start of starts) {
    if (start.status === 'rejected') expect(start.reason).toBeInstanceOf(RedisFolderInUseError);
  }
  await started[0]?.stop();
});

test('after the parent was killed, its folder is usable at once, with all acknowledged writes', async () => {
  await using folder = await temporaryFolder();
  await using parent = await startParent({ folder: folder.path });
  await ask(parent.server, 'SET', 'kept', 'yes');
  parent.process.kill('SIGKILL');
  await using server = await startRedis({ binary, folder: folder.path });
  expect(server.url).toBe(parent.server.url);
  expect(await ask(server, 'GET', 'kept')).toEqual(['yes']);
});

test.each([
  ['names a process that is gone', JSON.stringify({ pid: GONE, socket: '/no/such/socket', owner: GONE })],
  ['was cut off by a power failure', '{"pid":'],
])('a lock that %s does not count', async (_, content) => {
  await using folder = await temporaryFolder();
  await writeFile(join(folder.path, 'server.lock'), content);
  await using server = await startRedis({ binary, folder: folder.path });
  expect(await ask(server, 'PING')).toEqual(['PONG']);
});

test('a lock whose process id now belongs to another program does not count', async () => {
  await using folder = await temporaryFolder();
  const lock = join(folder.path, 'server.lock');
  const holder = { pid: process.pid, socket: '/no/such/socket', owner: process.pid };
  await writeFile(lock, JSON.stringify(holder));
  const unlock = await lockFolder(folder.path, { ...holder, pid: GONE }, 100);
  expect(JSON.parse(await readFile(lock, 'utf8'))).toEqual({ ...holder, pid: GONE });
  await unlock();
  expect(await readdir(folder.path)).toEqual([]);
});
