import { access } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { startRedis } from '../src/index.ts';
import { ask } from './ask.ts';
import { startParent } from './parent.ts';
import { processesWith, runs, until } from './processes.ts';

const watchersOf = (pid: number): Promise<string[]> => processesWith(`fanfare-redis-watcher ${pid}`);

test('a running server has one watcher, and stopping leaves nothing behind, not even a zombie', async () => {
  await using server = await startRedis();
  const { pid, folder } = server;
  expect(await watchersOf(pid)).toHaveLength(1);
  await server.stop();
  expect(await server.exited).toEqual({ code: 0, signal: null, expected: true });
  expect(await watchersOf(pid)).toEqual([]);
  expect(await processesWith(folder)).toEqual([]);
});

test('a deliberate crash leaves nothing behind', async () => {
  await using server = await startRedis();
  const { pid } = server;
  await server.kill();
  expect(await runs(pid)).toBe(false);
  expect(await watchersOf(pid)).toEqual([]);
});

test('a server that ends by itself is noticed, and can be started again', async () => {
  await using server = await startRedis();
  const { pid } = server;
  process.kill(pid, 'SIGKILL');
  expect(await server.exited).toEqual({ code: null, signal: 'SIGKILL', expected: false });
  expect(await watchersOf(pid)).toEqual([]);
  await server.start();
  expect(server.pid).not.toBe(pid);
  expect(await ask(server, 'PING')).toEqual(['PONG']);
});

test('a server dies with its parent, even if the parent is killed, and leaves nothing behind', async () => {
  await using parent = await startParent({});
  const { pid, folder } = parent.server;
  expect(await ask(parent.server, 'PING')).toEqual(['PONG']);
  parent.process.kill('SIGKILL');
  await until(async () => !(await runs(pid)), 'the server is gone');
  await until(async () => (await watchersOf(pid)).every(isZombie), 'its watcher is gone');
  await expect(access(folder)).rejects.toThrow('ENOENT');
});

test('a server stuck in a script dies with its parent too', async () => {
  await using parent = await startParent({ args: ['--busy-reply-threshold', '100'] });
  const { pid } = parent.server;
  const stuck = ask(parent.server, 'EVAL', 'redis.call("set", "k", "v") while true do end', '0').catch(() => []);
  await until(async () => (await ask(parent.server, 'PING')).join().startsWith('BUSY'), 'it is stuck');
  parent.process.kill('SIGKILL');
  await until(async () => !(await runs(pid)), 'the server is gone');
  await stuck;
});

test('Ctrl-C reaches the parent, not the server', async () => {
  await using parent = await startParent({});
  process.kill(-(parent.process.pid as number), 'SIGINT');
  expect(await parent.line()).toBe('interrupted');
  expect(await ask(parent.server, 'PING')).toEqual(['PONG']);
});

/** Its parent was killed, so the machine's first process must collect it, which not every container's does. */
function isZombie(line: string): boolean {
  return /^\s*\d+\s+Z/.test(line);
}
