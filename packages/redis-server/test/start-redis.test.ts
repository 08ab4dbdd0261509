import { access, readFile, stat } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { findRedis, startRedis } from '../src/index.ts';
import { ask, socketOf } from './ask.ts';
import { processesWith } from './processes.ts';
import { temporaryFolder } from './temporary.ts';

const binary = await findRedis();

const modeOf = async (path: string): Promise<string> => ((await stat(path)).mode & 0o777).toString(8);

test('a server answers as soon as it has started', async () => {
  await using server = await startRedis({ binary });
  expect(await ask(server, 'PING')).toEqual(['PONG']);
});

test('a server is private: only its owner can use its folder and socket, and it has no port', async () => {
  await using server = await startRedis({ binary });
  expect(await modeOf(server.folder)).toBe('700');
  expect(await modeOf(socketOf(server))).toBe('700');
  expect(await modeOf(join(server.folder, 'redis.conf'))).toBe('600');
  expect(await ask(server, 'CONFIG', 'GET', 'port')).toEqual(['port', '0']);
});

test.each([
  ['appendonly', 'yes'],
  ['appendfsync', 'always'],
  ['maxmemory-policy', 'noeviction'],
  ['save', ''],
  ['hash-max-listpack-value', '512'],
  ['hash-max-listpack-entries', '512'],
  ['bind', '127.0.0.1'],
])('the setting %s is %j', async (name, value) => {
  await using server = await startRedis({ binary });
  expect(await ask(server, 'CONFIG', 'GET', name)).toEqual([name, value]);
});

test('arguments override our settings', async () => {
  await using server = await startRedis({ binary, args: ['--appendfsync', 'everysec'] });
  expect(await ask(server, 'CONFIG', 'GET', 'appendfsync')).toEqual(['appendfsync', 'everysec']);
});

test('an acknowledged write survives a crash, under the same url', async () => {
  await using server = await startRedis({ binary });
  const { url } = server;
  expect(await ask(server, 'SET', 'kept', 'yes')).toEqual(['OK']);
  await server.kill();
  expect(await server.exited).toEqual({ code: null, signal: 'SIGKILL', expected: true });
  await server.start();
  expect(server.url).toBe(url);
  expect(await ask(server, 'GET', 'kept')).toEqual(['yes']);
});

test('a given folder outlives its server, and a new server finds its data', async () => {
  await using folder = await temporaryFolder();
  const data = join(folder.path, 'data "of" mine');
  {
    await using server = await startRedis({ binary, folder: data });
    await ask(server, 'SET', 'kept', 'yes');
  }
  await using server = await startRedis({ binary, folder: data });
  expect(await ask(server, 'GET', 'kept')).toEqual(['yes']);
});

test('stopping, starting and disposing twice is harmless, and removes a temporary folder', async () => {
  const server = await startRedis({ binary });
  await Promise.all([server.stop(), server.stop()]);
  await Promise.all([server.start(), server.start()]);
  expect(await ask(server, 'PING')).toEqual(['PONG']);
  await server[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
  await expect(access(server.folder)).rejects.toThrow('ENOENT');
});

test('a port has a password that is on no command line', async () => {
  await using server = await startRedis({ binary, port: 0 });
  const { hostname, port, password } = new URL(server.url);
  expect(hostname).toBe('127.0.0.1');
  expect(await say(Number(port), 'PING')).toMatch(/^-NOAUTH/);
  expect(await say(Number(port), `AUTH ${password}`)).toMatch(/^\+OK/);
  expect(await processesWith(password)).toEqual([]);
});

test('a folder too deep for a Unix socket gets its socket elsewhere', async () => {
  await using folder = await temporaryFolder();
  await using server = await startRedis({ binary, folder: join(folder.path, 'deep'.repeat(30)) });
  expect(socketOf(server).startsWith(folder.path)).toBe(false);
  expect(await ask(server, 'PING')).toEqual(['PONG']);
});

test('a server that does not start says why and leaves nothing behind', async () => {
  await using folder = await temporaryFolder();
  const starting = startRedis({ binary, folder: folder.path, args: ['--no-such-setting', 'yes'] });
  await expect(starting).rejects.toThrow(/did not start[\s\S]*no-such-setting/);
  expect(await processesWith(folder.path)).toEqual([]);
  expect(await readFile(join(folder.path, 'server.lock'), 'utf8').catch(() => 'gone')).toBe('gone');
});

test('a missing binary is named in the error', async () => {
  const starting = startRedis({ binary: { ...binary, command: '/no/such/redis-server' } });
  await expect(starting).rejects.toThrow('/no/such/redis-server');
});

/** One inline command over TCP, and the beginning of the reply. */
async function say(port: number, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const connection = connect(port, '127.0.0.1', () => connection.write(`${command}\r\n`));
    connection.on('error', reject).once('data', (reply) => {
      connection.destroy();
      resolve(reply.toString());
    });
  });
}
