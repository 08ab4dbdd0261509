import * as fanout from '@fanfare/fanout/app';
import { limitMemory, until, usedMemory } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { aCall, aGroupMessage, aMessage } from '../support/events.ts';
import { BASIC_AUTH, SWEEP_TIMES, type System, startSystem } from '../support/system.ts';

/** Beside which what the tests add weighs little, so that the fullness stays where it is put. On the events' server. */
const BALLAST = '{p0}:ballast';
const BALLAST_BITS = 200_000_000;
/** One more than a group of the chat lane has. */
const LARGE = 6;

type Lane = 'call' | 'chat' | 'bulk';
const LANES: readonly Lane[] = ['call', 'chat', 'bulk'];

/** What goes on at each share of the memory, in percent. */
const LEVELS: { at: number; accepted: readonly Lane[]; planned: readonly Lane[] }[] = [
  { at: 60, accepted: LANES, planned: LANES },
  { at: 70, accepted: ['call'], planned: LANES },
  { at: 75, accepted: ['call'], planned: ['call', 'chat'] },
  { at: 80, accepted: ['call'], planned: ['call', 'chat'] },
  { at: 85, accepted: ['call'], planned: ['call'] },
  { at: 95, accepted: ['call'], planned: ['call'] },
];

/** Limits the memory so that a little more than this is used now, in percent; 0: no limit. */
async function fill({ redis: { redis } }: System, percent: number): Promise<void> {
  if (percent === 0) await redis.config('SET', 'maxmemory', '0');
  else await limitMemory(redis, (percent + 0.4) / 100);
}

const readiness = async (url: string) =>
  (await (await fetch(`${url}/readyz`)).json()) as { degraded: boolean; checks: { memory: { detail: string } } };

/** Waits until ingest has looked at the memory again, and returns what it says. */
const memoryAt = (system: System, percent: number) =>
  until(async () => {
    const now = await readiness(system.url);
    return now.checks.memory.detail.startsWith(`Redis uses ${percent} %`) ? now : undefined;
  }, `ingest sees ${percent} %`);

const largeGroup = (name: string) => Array.from({ length: LARGE }, (_, i) => `${name}-bulk-${i}`);

/** An event of each lane whose recipients begin with this. */
async function eventsTo({ backend }: System, name: string) {
  await backend.put(`/v3/groups/${name}`, {});
  await backend.loadMembers(name, largeGroup(name));
  const to = (lane: Lane) => ({ conversation: { type: 'user', id: `${name}-${lane}` } });
  return { call: aCall(to('call')), chat: aMessage(to('chat')), bulk: aGroupMessage(name) };
}

/** How often each recipient of the lanes was notified; alice sends them all. */
const sentTo = ({ hook }: System, name: string, lane: Lane): number[] => {
  const byUid = hook.counts({ byUid: true }).byUid ?? {};
  const uids = lane === 'bulk' ? largeGroup(name) : [`${name}-${lane}`];
  return uids.map((uid) => byUid[uid] ?? 0);
};
const isSent = (system: System, name: string, lane: Lane) => sentTo(system, name, lane).every((count) => count > 0);
const once = (lane: Lane) => Array.from({ length: lane === 'bulk' ? LARGE : 1 }, () => 1);

test('as Redis fills, new events stop first, then large groups, then messages; nothing accepted is lost', async () => {
  await using system = await startSystem({ apps: ['sender'], env: { BULK_AUDIENCE: String(LARGE - 1) } });
  const { backend, redis } = system;
  await redis.redis.setbit(BALLAST, BALLAST_BITS, 1);
  const startFanout = () => fanout.start(fanout.readConfig(system.env), { sweepTimes: SWEEP_TIMES });
  const rows: object[] = [];
  let earlier = '';
  for (const { at, accepted, planned } of LEVELS) {
    await fill(system, 0);
    await memoryAt(system, 0);
    // Accepted while there is room, planned when there is less.
    const [before, during] = [await eventsTo(system, `before-${at}`), await eventsTo(system, `during-${at}`)];
    expect((await backend.post('/v3/events', Object.values(before))).status).toBe(202);
    await fill(system, at);
    const { degraded, checks } = await memoryAt(system, at);
    const taken: Lane[] = [];
    for (const lane of LANES) {
      const { status, headers } = await backend.post('/v3/events', during[lane]);
      if (status === 202) taken.push(lane);
      else expect([status, headers.get('retry-after')]).toEqual([503, '5']);
    }
    const worker = await startFanout();
    for (const lane of planned) await until(() => isSent(system, `before-${at}`, lane), `${lane} is sent at ${at} %`);
    const sent = LANES.filter((lane) => isSent(system, `before-${at}`, lane));
    const last = planned.at(-1) as Lane;
    const done = last === 'call' ? earlier : before[last].id;
    const isGone = async () => (await backend.get(`/v3/events/${done}`)).status === 404;
    await until(isGone, 'what is done leaves');
    const open = [];
    for (const lane of LANES.filter((one) => !planned.includes(one))) {
      open.push((await backend.get(`/v3/events/${before[lane].id}`)).body.data);
    }
    expect({ at, degraded, taken, sent }).toEqual({ at, degraded: at >= 70, taken: accepted, sent: planned });
    expect(open.map(({ state, counts }) => [state, counts.planned])).toEqual(open.map(() => ['expanding', 0]));
    rows.push({
      '%': at,
      accepted: taken.join(' '),
      'planned and sent': sent.join(' '),
      trimmed: 'what is done',
      says: checks.memory.detail,
    });
    await fill(system, 0);
    for (const lane of LANES) await until(() => isSent(system, `before-${at}`, lane), `${lane} is sent in the end`);
    for (const lane of taken) await until(() => isSent(system, `during-${at}`, lane), `the later ${lane} is sent`);
    await worker.close();
    earlier = before.bulk.id;
    expect(LANES.map((lane) => sentTo(system, `before-${at}`, lane))).toEqual(LANES.map(once));
  }
  console.table(rows);
}, 180_000);

test('open events that fill Redis are refused in time, and all that were accepted are sent in the end', async () => {
  await using system = await startSystem();
  const { backend, hook, redis } = system;
  await redis.redis.setbit(BALLAST, BALLAST_BITS, 1);
  hook.configure({ basicAuth: BASIC_AUTH, behaviour: { status: 503 } });
  const used = await usedMemory(redis.redis);
  // Room for about two thousand open messages of 2 KB below 70 %.
  await redis.redis.config('SET', 'maxmemory', String(Math.round((used + 4_000_000) / 0.7)));
  const accepted: string[] = [];
  const refused = await until(
    async () => {
      const events = Array.from({ length: 50 }, () => aMessage());
      const { status, body } = await backend.post('/v3/events', events);
      if (status === 202) accepted.push(...events.map(({ id }) => id));
      return status === 202 ? undefined : { status, code: body.error.code };
    },
    'more are refused',
    { timeoutMs: 60_000 },
  );
  expect(refused).toEqual({ status: 503, code: 'ERR_OVERLOADED' });
  expect(accepted.length).toBeGreaterThan(1000);
  expect((await readiness(system.url)).degraded).toBe(true);
  hook.configure({ basicAuth: BASIC_AUTH });
  const openEvents = () => redis.redis.zcard('{p0}:open:chat');
  await until(async () => (await openEvents()) === 0, 'all are done', { timeoutMs: 120_000 });
  // The record of a second attempt may have left with its event.
  const { answered, acceptedTwice } = hook.counts();
  expect((answered['200'] ?? 0) - acceptedTwice).toBe(accepted.length);
  await until(async () => (await backend.post('/v3/events', aMessage())).status === 202, 'more are accepted again');
}, 240_000);
