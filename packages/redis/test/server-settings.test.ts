import { startTestRedis } from '@fanfare/testkit';
import { describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { connectRedis, readRedisSettings, redisTrouble } from '../src/index.ts';

describe('the settings of a server', () => {
  test.each([
    [[], { durability: 'disk', maxmemoryPolicy: 'noeviction' }],
    [['--appendfsync', 'everysec'], { durability: 'second', maxmemoryPolicy: 'noeviction' }],
    [['--appendfsync', 'no'], { durability: 'none', maxmemoryPolicy: 'noeviction' }],
    [['--appendonly', 'no'], { durability: 'none', maxmemoryPolicy: 'noeviction' }],
    [['--maxmemory-policy', 'allkeys-lru'], { durability: 'disk', maxmemoryPolicy: 'allkeys-lru' }],
  ])('with %j are read as actually set', async (args, settings) => {
    await using own = await startTestRedis({ args });
    expect(await readRedisSettings(own.redis)).toEqual(settings);
  });

  test('are unknown if the server does not let us read them', async () => {
    await using own = await startTestRedis({ oneServer: 'its user is its own' });
    await own.redis.acl('SETUSER', 'guest', 'on', '>secret', '~*', '+@all', '-config');
    const guest = new Redis(own.url, { username: 'guest', password: 'secret' });
    expect(await readRedisSettings(guest)).toEqual({ durability: 'unknown', maxmemoryPolicy: 'unknown' });
    guest.disconnect();
  });

  test('are an error, not unknown, while the server is down', async () => {
    await using own = await startTestRedis();
    const redis = await connectRedis(own.url, 'request', () => {});
    await own.server.stop();
    const error = await readRedisSettings(redis).catch((reason: unknown) => reason);
    expect(redisTrouble(error)).toBe('away');
    redis.disconnect();
  });
});
