import { findEvent } from '@fanfare/ledger';
import { expect, test } from '@jest/globals';
import { aGroupMessage, aMessage, uids } from '../support/events.ts';
import { set, tell } from '../support/received.ts';
import { startSystem } from '../support/system.ts';

const HOUR = 3_600_000;

test.each<[string, number, (message: object) => { id: string }]>([
  ['a message', 48, (message) => aMessage({ message })],
  ['one for many', 30, (message) => aGroupMessage('hiking', { message })],
])(
  'all about %s is kept for the %i hours the app has set, ids and references a day longer at most',
  async (_, hours, make) => {
    await using system = await startSystem({ env: { BULK_AUDIENCE: '3' } });
    await system.backend.put('/v3/groups/hiking', {});
    await system.backend.loadMembers('hiking', ['alice', ...uids(4)]);
    await set(system, { retention: { events: 48, bulk: 30 } });
    const event = make({ id: 'kept-1', type: 'text', text: 'hi' });
    await tell(system, event);
    const { redis } = system.redis;
    const key = (await findEvent(redis, system.appId, event.id))?.key;
    for (const name of [`{p0}:ev:${key}`, `{p0}:plan:${key}`, `{p0}:st:${key}`]) {
      const ttlMs = await redis.pttl(name);
      expect([name, ttlMs > (hours - 1) * HOUR && ttlMs <= hours * HOUR]).toEqual([name, true]);
    }
    const buckets = [...(await redis.keys('{p0}:ids:*')), ...(await redis.keys('msg:*'))];
    expect(buckets).toHaveLength(2);
    for (const name of buckets) {
      const ttlMs = await redis.pttl(name);
      expect([name, ttlMs > (hours - 1) * HOUR && ttlMs <= (hours + 24) * HOUR]).toEqual([name, true]);
    }
  },
);
