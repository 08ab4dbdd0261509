import { shardTag } from '@fanfare/redis';
import { Closer } from '@fanfare/runtime';
import { startTestRedis, until } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { webhookGate } from '../../src/held/gate-of.ts';
import { startLooking } from '../../src/held/look.ts';
import { APP, startSender } from '../support/sender.ts';

const [DUE = '', ...OTHERS] = [0, 1].flatMap((shard) =>
  ['custom', 'fcm'].map((provider) => `${shardTag(shard)}:held-due:${provider}`),
);

/** Enough to tell every tick from every fifth. */
const LOOKS = 20;

test('while one endpoint is down, only the gates of its shard and provider are looked at often', async () => {
  await using own = await startTestRedis();
  await using sender = startSender(own.redis);
  const now = sender.now();
  sender.gates.learn(0, webhookGate(APP, 'chat', 'http://127.0.0.1:9/hook'), {
    openUntil: now,
    since: now,
    reason: 'http_503',
  });
  const watching = await own.redis.monitor();
  const counts = new Map<string, number>();
  watching.on('monitor', (_time: string, command: string[]) => {
    const key = /^eval/i.test(command[0] ?? '') ? (command[3] ?? '') : '';
    counts.set(key, (counts.get(key) ?? 0) + 1);
  });
  const closer = new Closer();
  startLooking(sender, closer, { providers: ['custom', 'fcm'], lanes: ['chat'], shards: { all: 2 } });
  await until(() => (counts.get(DUE) ?? 0) >= LOOKS, 'its gates are looked at');
  await closer.close();
  watching.disconnect();
  for (const key of OTHERS) {
    expect(counts.get(key)).toBeGreaterThan(0);
    expect(counts.get(key)).toBeLessThan(LOOKS / 2);
  }
});
