import * as fanout from '@fanfare/fanout/app';
import { startTestRedis, until } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { aGroupMessage, uids } from '../support/events.ts';
import { startHoldingProxy } from '../support/holding-proxy.ts';
import { PACK_SIZES, packsOf } from '../support/packs.ts';
import { startSystem } from '../support/system.ts';

const MEMBERS = 490;
const QUEUE = '{p0}:deliveries-custom-chat';

test.each(PACK_SIZES)(
  'a fanout cut off while it hands a slice over, and another that does, notify each member once, %i per job',
  async (packSize) => {
    await using server = await startTestRedis({ port: 0, oneServer: 'its proxy is for one' });
    await using system = await startSystem({
      redis: server,
      apps: ['sender'],
      env: packsOf(packSize),
    });
    const { redis } = system.redis;
    await using proxy = await startHoldingProxy(system.redis.url);
    await system.backend.put('/v3/groups/large', { name: 'Large group' });
    await system.backend.loadMembers('large', uids(MEMBERS));
    const start = (url: string) => fanout.start(fanout.readConfig({ ...system.env, REDIS_URL: url }));
    const first = await start(proxy.through(system.redis.url));
    // The slice is on its way when the network stops.
    const cut = proxy.holdFrom(`"o":${Math.floor(MEMBERS / 2 / packSize) * packSize}`);
    const event = aGroupMessage('large');
    await system.backend.post('/v3/events', event);
    await cut;
    const second = await start(system.redis.url);
    expect(await system.done(event.id, 60_000)).toMatchObject({ planned: MEMBERS, accepted: MEMBERS });

    const waiting = async () => (await redis.llen(`${QUEUE}:wait`)) + (await redis.zcard(`${QUEUE}:prioritized`));
    const areDone = async () => (await waiting()) === 0 && (await redis.exists(`${QUEUE}:active`)) === 0;
    await until(areDone, 'the jobs of the second are done');
    // The first has lost its lock, so its slice is refused when it arrives.
    proxy.release();
    await first.close();
    expect(await waiting()).toBe(0);
    expect(system.hook.counts({ byUid: true })).toMatchObject({
      received: MEMBERS,
      byUid: Object.fromEntries(uids(MEMBERS).map((uid) => [uid, 1])),
    });
    await second.close();
  },
  120_000,
);
