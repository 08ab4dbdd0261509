import type { Redis } from 'ioredis';
import { acrossSlots } from './across-slots.ts';
import { commandEach, inBatches } from './pipeline.ts';

/** Reads the texts of keys in any slots, a thousand per round trip; null for none, in the order of the keys. */
export async function getEach(redis: Redis, keys: readonly string[]): Promise<(string | null)[]> {
  const texts: (string | null)[] = [];
  for (const batch of inBatches(keys)) {
    const read = await acrossSlots(
      redis,
      () => redis.mget([...batch]),
      async () => (await commandEach(redis, batch, (commands, key) => commands.get(key))) as (string | null)[],
    );
    for (const text of read) texts.push(text);
  }
  return texts;
}
