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
  'a fanout cut off while it adds jobs, and another that continues, notify each member once, %i per job',
  async (packSize) => {
    await using server = await startTestRedis({ port: 0 });
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
    // Half of the jobs are added, and the others are on their way when the network stops.
    const cut = proxy.holdFrom(`"o":${Math.floor(MEMBERS / 2 / packSize) * packSize}`);
    const event = aGroupMessage('large');
    await system.backend.post('/v3/events', event);
    await cut;
    const second = await start(system.redis.url);
    expect(await system.done(event.id, 60_000)).toMatchObject({ planned: MEMBERS, accepted: MEMBERS });

    const added = async () => Number(await redis.get(`${QUEUE}:id`));
    const before = await added();
    proxy.release();
    const late = Math.ceil(MEMBERS / packSize) - Math.floor(MEMBERS / 2 / packSize);
    await until(async () => (await added()) >= before + late, 'the late jobs are added');
    await until(async () => (await redis.exists(`${QUEUE}:wait`, `${QUEUE}:active`)) === 0, 'they are done');
    expect(system.hook.counts({ byUid: true })).toMatchObject({
      received: MEMBERS,
      byUid: Object.fromEntries(uids(MEMBERS).map((uid) => [uid, 1])),
    });
    await Promise.all([first.close(), second.close()]);
  },
  120_000,
);
