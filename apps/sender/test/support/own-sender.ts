import { startTestRedis } from '@fanfare/testkit';
import { afterAll } from '@jest/globals';
import type { Redis } from 'ioredis';
import { type Sender, seedApp, startSender } from './sender.ts';
import { startWebhook } from './webhook.ts';

/** A Redis and a webhook for the tests of a file, and senders for them. */
export interface OwnSender {
  redis: Redis;
  webhook: Awaited<ReturnType<typeof startWebhook>>;
  /** A sender on the emptied Redis, with the app of the webhook, which has received nothing and accepts everything. */
  fresh(): Promise<Sender>;
}

/** Starts both, and stops them after the last test of the file. */
export async function startOwnSender(): Promise<OwnSender> {
  const own = await startTestRedis();
  const webhook = await startWebhook();
  afterAll(async () => {
    await webhook[Symbol.asyncDispose]();
    await own[Symbol.asyncDispose]();
  });
  return {
    redis: own.redis,
    webhook,
    fresh: async () => {
      await own.redis.flushall();
      await seedApp(own.redis, webhook.url);
      webhook.received.length = 0;
      webhook.answers.length = 0;
      return startSender(own.redis);
    },
  };
}
