import { until } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { Api } from '../support/api.ts';
import { aGroupMessage, uids } from '../support/events.ts';
import { PACK_SIZES, packsOf } from '../support/packs.ts';
import { startProcess } from '../support/process.ts';
import { BASIC_AUTH, startSystem } from '../support/system.ts';

const MEMBERS = 400;

test.each(PACK_SIZES)(
  'a bulk replay whose ingest was killed is finished by another, %i per job',
  async (size) => {
    await using system = await startSystem({ env: packsOf(size) });
    system.hook.configure({ basicAuth: BASIC_AUTH, behaviour: { status: 400 } });
    await system.backend.put('/v3/groups/large', {});
    await system.backend.loadMembers('large', uids(MEMBERS));
    const event = aGroupMessage('large');
    await system.backend.post('/v3/events', event);
    expect(await system.done(event.id)).toMatchObject({ rejected: MEMBERS });
    system.hook.clear();
    system.hook.configure({ basicAuth: BASIC_AUTH });

    const { body } = await system.admin.post('/v3/apps/app123/apikeys', { name: 'another' });
    await using killed = await startProcess('ingest', system.env);
    const posted = await new Api(killed.url, { apikey: body.data.apiKey }).post('/v3/dead-letters/replay', {
      filter: { reason: 'http_400' },
    });
    expect(posted.status).toBe(202);
    const { id } = posted.body.data;
    const progress = async () => (await system.backend.get(`/v3/dead-letters/replays/${id}`)).body.data;
    await until(async () => (await progress()).replayed > 0, 'it is under way');
    await killed.kill();
    expect(await progress()).toMatchObject({ state: 'running' });

    await until(async () => (await progress()).state !== 'running', 'another goes on with it', { timeoutMs: 60_000 });
    expect(await progress()).toEqual({ id, state: 'done', total: MEMBERS, replayed: MEMBERS, skipped: 0 });
    expect(await system.done(event.id, 60_000)).toMatchObject({ accepted: MEMBERS, rejected: 0 });
    const { byUid } = system.hook.counts({ byUid: true });
    expect(Object.keys(byUid ?? {})).toHaveLength(MEMBERS);
  },
  150_000,
);
