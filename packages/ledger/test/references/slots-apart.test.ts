import { newEventKey } from '@fanfare/core';
import { startTestRedis, until } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { findMessages, recordMessages } from '../../src/index.ts';
import { APP, HOUR, NOW } from '../support/events.ts';

test('references are written to a server that keeps slots apart, though its client does not know', async () => {
  await using own = await startTestRedis({ args: ['--cluster-enabled', 'yes'], port: 0 });
  await own.redis.call('CLUSTER', 'ADDSLOTSRANGE', 0, 16_383);
  await until(async () => (await own.redis.cluster('INFO')).includes('cluster_state:ok'), 'the cluster is up');
  const ids = Array.from({ length: 150 }, (_, i) => `message-${i}`);
  const ref = { key: newEventKey(NOW, () => 0.5), shard: 0 };
  const conversation = { type: 'user', id: 'bob' } as const;
  const references = ids.map((messageId) => ({ messageId, author: 'ann', conversation, ref }));
  await recordMessages(own.redis, APP, references, HOUR);
  expect(await findMessages(own.redis, APP, ids, NOW)).toEqual(references);
});
