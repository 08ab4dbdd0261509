import { ConfigError, readEnv } from '@fanfare/runtime';
import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { connectRedis, redisEnv } from '../src/index.ts';
import { parseRedisUrl } from '../src/redis-url.ts';

const at = (host: string, port: number) => ({ host, port });

test.each([
  ['redis://a.example', { target: { kind: 'server', at: at('a.example', 6379) }, db: 0 }],
  ['redis://[::1]:7000/3', { target: { kind: 'server', at: at('::1', 7000) }, db: 3 }],
  [
    'redis://fanfare:p%40ss%2C%2F@a.example:7000',
    { target: { kind: 'server', at: at('a.example', 7000) }, db: 0, username: 'fanfare', password: 'p@ss,/' },
  ],
  [
    'rediss://:secret@a.example?ca=/etc/ca.pem&cert=/etc/c.pem&key=/etc/k.pem&servername=redis.internal',
    {
      target: { kind: 'server', at: at('a.example', 6379) },
      db: 0,
      password: 'secret',
      tls: { ca: '/etc/ca.pem', cert: '/etc/c.pem', key: '/etc/k.pem', servername: 'redis.internal' },
    },
  ],
  ['redis://unix-socket.invalid/?path=/run/redis.sock', { target: { kind: 'socket', path: '/run/redis.sock' }, db: 0 }],
  [
    'redis://:secret@a:7000,b:7001,redis://c',
    { target: { kind: 'cluster', nodes: [at('a', 7000), at('b', 7001), at('c', 6379)] }, db: 0, password: 'secret' },
  ],
  [
    'redis+sentinel://user:secret@a,b:26380/2?name=main&sentinelPassword=other',
    {
      target: {
        kind: 'sentinel',
        sentinels: [at('a', 26_379), at('b', 26_380)],
        name: 'main',
        sentinelPassword: 'other',
      },
      db: 2,
      username: 'user',
      password: 'secret',
    },
  ],
  [
    'rediss+sentinel://a?name=main',
    { target: { kind: 'sentinel', sentinels: [at('a', 26_379)], name: 'main' }, db: 0, tls: {} },
  ],
])('%s is understood', (url, parsed) => {
  expect(parseRedisUrl(url)).toEqual(parsed);
});

test.each([
  ['http://a.example:6379', 'expected redis://, rediss://, redis+sentinel:// or rediss+sentinel://'],
  ['a.example:6379', 'expected redis://, rediss://'],
  ['/run/redis.sock', 'expected redis://, rediss://'],
  ['', 'expected redis://, rediss://'],
  ['redis://:se@cr#et@a.example', 'must be percent-encoded'],
  ['redis://a,rediss://b', 'must have the same scheme'],
  ['redis+sentinel://a:26379', 'needs ?name='],
  ['redis://a,b/1', 'only database 0'],
  ['redis://a/main', 'the number of a database'],
  ['redis://a?ca=/etc/ca.pem', 'the parameter ca is not known'],
])('%s is a configuration error', async (url, problem) => {
  const read = () => readEnv(z.object(redisEnv), { REDIS_URL: url || ' ' });
  expect(read).toThrow(ConfigError);
  expect(read).toThrow(problem);
  expect(read).not.toThrow(/se@cr|#et/);
  await expect(connectRedis(url, 'request', () => {})).rejects.toThrow(ConfigError);
});

test('a file that cannot be read is a configuration error', async () => {
  const url = 'rediss://a.example?ca=/nowhere/ca.pem';
  await expect(connectRedis(url, 'request', () => {})).rejects.toThrow('/nowhere/ca.pem');
});
