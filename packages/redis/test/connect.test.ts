import { startTestRedis, until } from '@fanfare/testkit';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { Redis } from 'ioredis';
import { connectRedis, type RedisRole, redisTrouble } from '../src/index.ts';

const opened: Redis[] = [];

afterEach(() => {
  for (const redis of opened.splice(0)) redis.disconnect();
});

async function connect(url: string, role: RedisRole, onError = (_: Error) => {}, waitMs?: number): Promise<Redis> {
  const redis = await connectRedis(url, role, onError, waitMs);
  opened.push(redis);
  return redis;
}

/** The error of a command. */
const failure = (command: Promise<unknown>): Promise<unknown> =>
  command.then(
    (answer) => {
      throw new Error(`it was answered: ${String(answer)}`);
    },
    (error) => error,
  );

describe('a connection for requests', () => {
  test('refuses while the server is down, and works again once it is back', async () => {
    await using own = await startTestRedis();
    const redis = await connect(own.url, 'request');
    expect(await redis.set('kept', 'yes')).toBe('OK');
    await own.server.stop();
    expect(redisTrouble(await failure(redis.get('kept')))).toBe('away');
    expect(redisTrouble(await failure(redis.multi().get('kept').exec()))).toBe('away');
    expect(redisTrouble(await failure(redis.pipeline().get('kept').exec().then(firstError)))).toBe('away');
    await own.server.start();
    expect(await until(() => redis.get('kept'), 'the connection has recovered')).toBe('yes');
  });

  test('fails the commands under way when the server dies', async () => {
    await using own = await startTestRedis();
    const redis = await connect(own.url, 'request');
    const waiting = failure(redis.blpop('nothing', 0));
    await until(async () => (await own.redis.info('clients')).includes('blocked_clients:1'), 'the command has arrived');
    await own.server.kill();
    expect(redisTrouble(await waiting)).toBe('away');
  });

  test('opens while the server is down, reports why, and works once it is up', async () => {
    await using own = await startTestRedis();
    await own.server.stop();
    const told: Error[] = [];
    const redis = await connect(own.url, 'request', (error) => told.push(error), 1);
    expect(redisTrouble(await failure(redis.ping()))).toBe('away');
    await until(() => told.length > 0, 'the reason is told');
    expect(told[0]?.message).toMatch(/ENOENT|ECONNREFUSED|Failed to refresh slots/);
    await own.server.start();
    expect(await until(() => redis.ping(), 'the server is there')).toBe('PONG');
  });
});

describe('a connection for workers', () => {
  test('waits while the server is down, and then completes its commands', async () => {
    await using own = await startTestRedis();
    const redis = await connect(own.url, 'worker');
    await own.server.stop();
    const written = redis.set('kept', 'yes');
    await own.server.start();
    expect(await written).toBe('OK');
  });
});

test('a connection that was closed refuses', async () => {
  await using own = await startTestRedis();
  const redis = await connect(own.url, 'worker');
  redis.disconnect();
  expect(redisTrouble(await failure(redis.ping()))).toBe('away');
});

/** The result of a pipeline's first command; a pipeline never fails as a whole. */
function firstError(answers: [Error | null, unknown][] | null): never {
  throw answers?.[0]?.[0] ?? new Error('no error');
}
