import { startTestRedis, until } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { Api } from '../support/api.ts';
import { aGroupMessage, uids } from '../support/events.ts';
import { startHoldingProxy } from '../support/holding-proxy.ts';
import { PACK_SIZES, packsOf } from '../support/packs.ts';
import { startProcess } from '../support/process.ts';
import { BASIC_AUTH, startSystem } from '../support/system.ts';

const MEMBERS = 400;

test.each(PACK_SIZES)(
  'a bulk replay whose ingest was killed is finished by another, %i per job',
  async (size) => {
    await using server = await startTestRedis({ port: 0, oneServer: 'its proxy is for one' });
    await using system = await startSystem({ redis: server, env: packsOf(size) });
    system.hook.configure({ basicAuth: BASIC_AUTH, behaviour: { status: 400 } });
    await system.backend.put('/v3/groups/large', {});
    await system.backend.loadMembers('large', uids(MEMBERS));
    const event = aGroupMessage('large');
    await system.backend.post('/v3/events', event);
    expect(await system.done(event.id)).toMatchObject({ rejected: MEMBERS });
    system.hook.clear();
    system.hook.configure({ basicAuth: BASIC_AUTH });

    const { body } = await system.admin.post('/v3/apps/app123/apikeys', { name: 'another' });
    await using proxy = await startHoldingProxy(server.url);
    const env = { ...system.env, REDIS_URL: proxy.through(server.url) };
    await using killed = await startProcess('ingest', env);
    // It is killed when it stores that half of them have been replayed.
    const half = proxy.holdFrom(`"replayed":${MEMBERS / 2},`);
    const posted = await new Api(killed.url, { apikey: body.data.apiKey }).post('/v3/dead-letters/replay', {
      filter: { reason: 'http_400' },
    });
    expect(posted.status).toBe(202);
    const { id } = posted.body.data;
    const progress = async () => (await system.backend.get(`/v3/dead-letters/replays/${id}`)).body.data;
    await half;
    await killed.kill();
    expect(await progress()).toMatchObject({ state: 'running', replayed: MEMBERS / 2 - 50 });

    await until(async () => (await progress()).state !== 'running', 'another goes on with it', { timeoutMs: 60_000 });
    expect(await progress()).toEqual({ id, state: 'done', total: MEMBERS, replayed: MEMBERS, skipped: 0 });
    expect(await system.done(event.id, 60_000)).toMatchObject({ accepted: MEMBERS, rejected: 0 });
    const { byUid } = system.hook.counts({ byUid: true });
    expect(Object.keys(byUid ?? {})).toHaveLength(MEMBERS);
  },
  150_000,
);
