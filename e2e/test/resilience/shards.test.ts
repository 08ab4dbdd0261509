import { setTimeout } from 'node:timers/promises';
import * as fanout from '@fanfare/fanout/app';
import * as ingest from '@fanfare/ingest/app';
import * as sender from '@fanfare/sender/app';
import { until } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { Api } from '../support/api.ts';
import { aMessage } from '../support/events.ts';
import { received } from '../support/received.ts';
import { SWEEP_TIMES, type System, startSystem } from '../support/system.ts';

const { SHARD_STEPS, TEST_REDIS } = process.env;

/** The numbers of shards, one after the other: more in `npm run test:long`, few in `npm run test:cluster`. */
const STEPS = (SHARD_STEPS ?? '1,4,1').split(',').map(Number);

/** A raised number counts after five seconds, so it is not in every run. */
const always = SHARD_STEPS !== undefined || TEST_REDIS === 'cluster' ? test : test.skip;

/** An event done late is not lost: a job whose worker stopped may wait 15 s for another, in each of the two steps. */
const DONE_MS = 60_000;

/** Of each of the three that post, so that the test is about shards and not about load. */
const PAUSE_MS = 30;

interface Step {
  ingest: ingest.Ingest;
  stopWorkers(): Promise<void>;
}

/** Starts one of each app with this number of shards. */
async function startStep({ env: common }: System, shards: number): Promise<Step> {
  const env = { ...common, QUEUE_SHARDS: String(shards) };
  const workers = [
    await fanout.start(fanout.readConfig(env), { sweepTimes: SWEEP_TIMES }),
    await sender.start(sender.readConfig(env)),
  ];
  return {
    ingest: await ingest.start(ingest.readConfig(env)),
    stopWorkers: async () => void (await Promise.all(workers.map((worker) => worker.close()))),
  };
}

/**
 * Posts events until it is stopped, each to another user. `ids` are those that were accepted. Those in `unsure` may or
 * may not be stored: another answer than 202, or none, does not say.
 */
async function startPosting(system: System) {
  const { body } = await system.admin.post('/v3/apps/app123/apikeys', { name: 'poster' });
  const { apiKey } = body.data;
  const ids: string[] = [];
  const unsure: string[] = [];
  const state = { url: system.url, isOver: false };
  const post = async (poster: number) => {
    for (let n = 0; !state.isOver; n++) {
      const id = `${poster}-${n}`;
      const event = aMessage({ id, conversation: { type: 'user', id: `user-${id}`, name: 'Someone' } });
      const status = await new Api(state.url, { apikey: apiKey }).post('/v3/events', event).then(
        (answer) => answer.status,
        () => undefined,
      );
      (status === 202 ? ids : unsure).push(id);
      await setTimeout(PAUSE_MS);
    }
  };
  const posting = Promise.all([0, 1, 2].map(post));
  return {
    ids,
    unsure,
    postTo: (url: string) => {
      state.url = url;
    },
    stop: async () => {
      state.isOver = true;
      await posting;
    },
  };
}

/** In which shards there are events. */
async function tagsOf({ redis }: System): Promise<Set<string>> {
  const keys = await redis.redis.keys('{*}:ev:*');
  return new Set(keys.map((key) => key.split(':')[0] as string));
}

always(
  'the number of shards is raised and lowered under load, and no event is lost',
  async () => {
    await using system = await startSystem({ apps: [] });
    const posting = await startPosting(system);
    let running = await startStep(system, STEPS[0] as number);
    for (const [i, shards] of STEPS.entries()) {
      if (i === 0) continue;
      const isRaised = shards > (STEPS[i - 1] as number);
      // While no worker lives, events wait in the shards of before.
      if (!isRaised) await running.stopWorkers();
      const next = await startStep(system, shards);
      posting.postTo(next.ingest.url);
      await running.stopWorkers();
      const before = posting.ids.length;
      if (isRaised) await until(async () => (await tagsOf(system)).size === shards, `${shards} shards are in use`);
      else await until(() => posting.ids.length > before + 50, 'events are accepted');
      await running.ingest.close();
      running = next;
    }
    await posting.stop();
    for (const id of posting.ids) expect(await system.done(id, DONE_MS)).toMatchObject({ accepted: 1 });
    const { ids, unsure } = posting;
    const users = new Set(received(system).map(({ uid }) => uid));
    expect(ids.filter((id) => !users.has(`user-${id}`))).toEqual([]);
    const sent = unsure.filter((id) => users.has(`user-${id}`)).length;
    for (const id of [...ids, ...unsure]) users.delete(`user-${id}`);
    expect([...users]).toEqual([]);
    const others = `${unsure.length} not answered with 202, ${sent} of them sent`;
    console.log(`shards ${STEPS.join(' → ')}: ${ids.length} events, lost 0; ${others}`);
    await running.stopWorkers();
    await running.ingest.close();
  },
  180_000,
);
