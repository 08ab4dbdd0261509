import { shardTag } from '@fanfare/redis';
import { slowFor, startTestRedis } from '@fanfare/testkit';
import { afterAll, expect, test } from '@jest/globals';
import { Recorder } from '../src/recorder.ts';
import { plan } from './support/deliveries.ts';
import { APP } from './support/sender.ts';

const own = await startTestRedis();
afterAll(() => own[Symbol.asyncDispose]());

const ACCEPTED = { ordinal: 0, provider: 'custom', state: 'accepted' } as const;

test('a shard whose server does not answer delays no result of another', async () => {
  const { ref } = await plan(own.redis);
  let answer: () => void = () => undefined;
  const redis = slowFor(own.url, shardTag(1), new Promise((resolve) => (answer = resolve)));
  try {
    const recorder = new Recorder({ redis, now: Date.now, onRecorded: () => undefined });
    const waiting = recorder.record({ shard: 1, key: 'gone' }, APP, ACCEPTED);
    const { before } = recorder.record(ref, APP, ACCEPTED);
    expect(await before).toEqual(['pending']);
    answer();
    expect(await waiting.before).toEqual([]);
  } finally {
    redis.disconnect();
  }
});
