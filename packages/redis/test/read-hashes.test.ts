import { startTestRedis, type TestRedis } from '@fanfare/testkit';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { readHashes } from '../src/index.ts';
import { startSharded } from './support/sharded.ts';

const COUNT = 1200;
const KEYS = Array.from({ length: COUNT }, (_, i) => `user:{demo:u${i}}`);

/** Every third hash is missing; one of the others has a value that is not text. */
async function write(redis: Redis): Promise<void> {
  const pipeline = redis.pipeline();
  for (const [i, key] of KEYS.entries()) if (i % 3 > 0) pipeline.hset(key, { name: `u${i}`, [`own${i}`]: `o${i}` });
  pipeline.hset(KEYS[1] as string, 'bytes', Buffer.of(0, 255, 123));
  await pipeline.exec();
}

describe.each([
  ['any keys to a script', () => startTestRedis({ oneServer: 'a cluster does not allow that' })],
  ['a script keys of one slot only', startSharded],
])('on a server that allows %s', (_what, start) => {
  let own: TestRedis;
  beforeAll(async () => {
    own = await start();
    await write(own.redis);
  });
  afterAll(() => own[Symbol.asyncDispose]());

  test.each([0, 1, 3, 4, COUNT])('%d hashes are read in their order', async (count) => {
    const reads = KEYS.slice(0, count).map((key) => ({ key }));
    const texts = (await readHashes(own.redis, reads, ['name', 'bytes'])).map(([name]) => name?.toString());
    expect(texts).toEqual(reads.map((_, i) => (i % 3 > 0 ? `u${i}` : undefined)));
  });

  test('a field of its own comes first, and bytes stay bytes', async () => {
    const reads = KEYS.slice(0, 6).map((key, i) => ({ key, field: i === 2 ? '' : `own${i}` }));
    const found = await readHashes(own.redis, reads, ['name', 'bytes']);
    const texts = found.map(([first, name]) => [first?.toString(), name?.toString()]);
    expect(texts).toEqual([
      [undefined, undefined],
      ['o1', 'u1'],
      [undefined, 'u2'],
      [undefined, undefined],
      ['o4', 'u4'],
      ['o5', 'u5'],
    ]);
    expect(found[1]?.[2]).toEqual(Buffer.of(0, 255, 123));
  });
});

test('under auto-pipelining, all hashes are read', async () => {
  await using own = await startTestRedis({ oneServer: 'on a cluster, a pipeline is for one slot' });
  await write(own.redis);
  const redis = new Redis(own.url, { enableAutoPipelining: true });
  const found = await readHashes(
    redis,
    KEYS.map((key) => ({ key })),
    ['name'],
  );
  redis.disconnect();
  expect(found.map(([name]) => name?.toString())).toEqual(KEYS.map((_, i) => (i % 3 > 0 ? `u${i}` : undefined)));
});

test('what Redis refuses is thrown', async () => {
  await using own = await startTestRedis();
  await own.redis.set(KEYS[0] as string, 'x');
  const reads = KEYS.slice(0, 10).map((key) => ({ key }));
  await expect(readHashes(own.redis, reads, ['name'])).rejects.toThrow('WRONGTYPE');
});
