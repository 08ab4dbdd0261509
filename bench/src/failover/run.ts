import { setTimeout as delay } from 'node:timers/promises';
import { percentile } from '../report/statistics.ts';
import { groupMessage } from '../system/events.ts';
import { type Answered, post, postWhile } from './posting.ts';
import { startFailoverRedis, type Topology } from './redis.ts';
import type { Setting } from './settings.ts';
import { type FailoverSystem, startSystem } from './system.ts';

/** Events posted before anything fails, for the cost; the first are not counted. */
const STEADY = 1000;
const WARM_UP = 300;
/** After the blast began, and after events are answered again. */
const BEFORE_KILL_MS = 2000;
const AFTER_MS = 2000;
/** When a supervisor starts the dead server again: the replica is promoted by then. */
const RESTART_MS = 7000;
const PATIENCE_MS = 300_000;

export interface Plan {
  topology: Topology;
  setting: Setting;
  members: number;
  lagMs: number;
  stallMs: number;
}

/** What one failover did. */
export interface Outcome {
  readyz: string;
  answered: number;
  /** Of them, those answered while replication stood still. */
  inStall: number;
  /** Answered with 202, and gone. */
  lost: number;
  /** Events whose sums are wrong or that are not done, of those that are not lost. */
  wrong: string[];
  /** Members of the blast that were notified, and notifications that came twice, of all events. */
  reached: number;
  repeated: number;
  /** From the kill to the next 202. */
  outageMs: number;
  /** Per event while nothing fails, and how many ten clients get answered a second. */
  cpuMicros: number;
  p50: number;
  p99: number;
  perSecond: number;
}

/** Kills a primary in the middle of a blast, with messages and calls beside it, and checks every answered event. */
export async function runFailover({ topology, setting, members, lagMs, stallMs }: Plan): Promise<Outcome> {
  const redis = await startFailoverRedis(topology, setting.redisArgs, lagMs);
  try {
    const system = await startSystem(redis, setting.env);
    try {
      const arrivals = listen(system);
      await system.loadGroup('hundred', 100);
      await system.loadGroup('blast', members);
      const readyz = await system.replicas();
      const cost = await measureSteady(system);
      const blast = await post(system, groupMessage('blast', 'blast'));
      let stalledAt = Number.POSITIVE_INFINITY;
      let killedAt = Number.POSITIVE_INFINITY;
      const failing = (async () => {
        await delay(BEFORE_KILL_MS);
        stalledAt = performance.now();
        redis.stall();
        await delay(stallMs);
        killedAt = performance.now();
        await redis.kill();
        await delay(RESTART_MS);
        await redis.restart();
      })();
      const again = (all: readonly Answered[]) => all.find(({ at, ms }) => at - ms > killedAt)?.at;
      const posted = await postWhile(system, STEADY + WARM_UP, (all) => {
        return performance.now() < (again(all) ?? Number.POSITIVE_INFINITY) + AFTER_MS;
      });
      await failing;
      const answered = [...cost.answered, blast, ...posted];
      const { lost, wrong } = await checkAll(system, answered, members);
      const outageMs = (again(posted) ?? Number.NaN) - killedAt;
      const inStall = posted.filter(({ at }) => at >= stalledAt && at < killedAt).length;
      return { ...cost, readyz, answered: answered.length, inStall, lost, wrong, outageMs, ...arrivals() };
    } finally {
      await system.close();
    }
  } finally {
    await redis.close();
  }
}

/** What an event costs while nothing fails. */
async function measureSteady(system: FailoverSystem) {
  const first = await postWhile(system, 0, (all) => all.length < WARM_UP);
  const [before, startedAt] = [system.ingestCpu(), performance.now()];
  const steady = await postWhile(system, first.length, (all) => all.length < STEADY);
  const cpuMicros = (system.ingestCpu() - before) / steady.length;
  const perSecond = (steady.length / (performance.now() - startedAt)) * 1000;
  const times = steady.map(({ ms }) => ms);
  return {
    cpuMicros,
    perSecond,
    p50: percentile(times, 0.5),
    p99: percentile(times, 0.99),
    answered: [...first, ...steady],
  };
}

/** Counts what the webhook gets. */
function listen({ receiver }: FailoverSystem): () => { reached: number; repeated: number } {
  const seen = new Map<string, number>();
  receiver.listen('all', ({ body }) => {
    const { to, notificationDetails } = (JSON.parse(body) as { data: Notification }).data;
    const name = `${to.uid} ${JSON.stringify(notificationDetails)}`;
    seen.set(name, (seen.get(name) ?? 0) + 1);
  });
  return () => ({
    reached: new Set([...seen.keys()].flatMap((name) => /^blast-\d+/.exec(name) ?? [])).size,
    repeated: [...seen.values()].reduce((sum, count) => sum + count - 1, 0),
  });
}

interface Notification {
  to: { uid: string };
  notificationDetails: object;
}

/** Waits until every answered event is done, and compares its sums. */
async function checkAll(system: FailoverSystem, answered: readonly Answered[], members: number) {
  const until = performance.now() + PATIENCE_MS;
  const wrong: string[] = [];
  let lost = 0;
  for (const { id } of answered) {
    const audience = id === 'blast' ? members : id.startsWith('hundred') ? 100 : 1;
    let found = await read(system, id);
    while (found !== 'gone' && found.state !== 'done' && performance.now() < until) {
      await delay(200);
      found = await read(system, id);
    }
    if (found === 'gone') lost += 1;
    else if (found.state !== 'done' || !isExact(found.counts, audience)) wrong.push(`${id}: ${JSON.stringify(found)}`);
  }
  return { lost, wrong };
}

type Counts = Record<string, number> & { suppressed: unknown };

/** Whether everything planned has come to one end, and nothing is missing. Calls may have expired in the outage. */
function isExact(counts: Counts, audience: number): boolean {
  const { planned = 0, accepted = 0, token_dead = 0, rejected = 0, expired = 0, superseded = 0, pending = 0 } = counts;
  const settled = accepted + token_dead + rejected + expired + superseded;
  return counts.audience === audience && planned === audience && settled === planned && pending === 0;
}

/** An event's state and counts. Repeats while Redis is away. */
async function read({ url, headers }: FailoverSystem, id: string): Promise<'gone' | { state: string; counts: Counts }> {
  for (;;) {
    const answer = await fetch(`${url}/v3/events/${id}`, { headers }).catch(() => undefined);
    if (answer?.status === 404) return 'gone';
    if (answer?.ok) return ((await answer.json()) as { data: { state: string; counts: Counts } }).data;
    await answer?.arrayBuffer();
    await delay(200);
  }
}
