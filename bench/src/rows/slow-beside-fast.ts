import { setTimeout as delay } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { percentile } from '../report/statistics.ts';
import { groupMessage } from '../system/events.ts';
import type { Fanfare } from '../system/fanfare.ts';
import type { Receiver } from '../system/receiver.ts';
import type { Stage } from '../system/stage.ts';
import type { Tenant } from '../system/tenant.ts';
import type { Lab } from './lab.ts';
import type { Row, RowResult } from './row.ts';

const FAST_MS = 5;
/** A tenth of a second less than a webhook has. */
const SLOW_MS = 1900;
/** Ten messages a second to twenty members: 200 deliveries a second. */
const MEMBERS = 20;
const EVERY_MS = 100;
const MESSAGES = { full: 300, quick: 80 };
const WARM_UP = 20;
/** Until the slow one has as much in flight as it gets, and the rest is held. */
const SETTLED_MS = 6000;
/** Deliveries that come later count as that late. */
const PATIENCE_MS = 20_000;
/** How often the queue is looked at. */
const LOOK_MS = 50;
const QUEUE = '{p0}:deliveries-custom-chat';

/** Two webhooks, 200 deliveries a second each: one answers in 5 ms, the other in 1.9 s. */
export const slowBesideFast: Row = {
  title: 'a webhook that answers in 5 ms beside one that takes 1.9 s, 200 deliveries a second each',
  run: (lab) => lab.withFanfare({}, (fanfare, stage) => measure(lab, fanfare, stage)),
};

async function measure(lab: Lab, fanfare: Fanfare, { receiver }: Stage): Promise<RowResult> {
  receiver.behave('fast', { latencyMs: FAST_MS });
  receiver.behave('slow', { latencyMs: SLOW_MS });
  const [fast, slow] = [await fanfare.createTenant('fast'), await fanfare.createTenant('slow')];
  for (const [name, tenant] of Object.entries({ fast, slow })) {
    await tenant.useWebhook(receiver.webhook(name));
    await tenant.registry.createGroup('group', MEMBERS);
  }
  const messages = lab.quick ? MESSAGES.quick : MESSAGES.full;
  const p99 = async (name: string, count: number) => percentile(await latencies(fast, receiver, name, count), 0.99);
  await p99('warm-up', WARM_UP);
  const alone = await p99('alone', messages);
  lab.say(`fair-f: alone p99 ${alone.toFixed(1)} ms; now the slow one`);
  let isOn = true;
  const load = steadily((n) => post(slow, `slow-${n}`), { isOn: () => isOn });
  await delay(SETTLED_MS);
  const looks = new Looks(fanfare.redis, receiver);
  const beside = await p99('beside', messages);
  const { waiting, open } = await looks.end();
  isOn = false;
  lab.say(`fair-f: beside p99 ${beside.toFixed(1)} ms; ${waiting} jobs waited, ${open} requests were open`);
  return {
    figures: [
      {
        row: 'fair-f',
        what: "the fast one's p99 ms; plain: alone",
        ours: beside,
        plain: alone,
        target: { of: 'ratio', atMost: 3 },
      },
      {
        row: 'fair-f',
        what: 'jobs in the queue because no worker had a free slot, median',
        ours: waiting,
        target: { of: 'value', atMost: 5 },
      },
      { row: 'fair-f', what: 'requests open at the slow one, median', ours: open },
    ],
    notes: [
      `fair-f: ${(await load) * MEMBERS} deliveries to the slow one. "Plain" is the fast one alone. What the slow one`,
      'does not take is held outside the queue, so a job is in it only while all slots are taken.',
    ],
  };
}

const post = (tenant: Tenant, id: string) => tenant.api.post('/v3/events', groupMessage(id, 'group'));

/** Posts a message every 100 ms; how many it posted. */
async function steadily(
  postOne: (n: number) => Promise<unknown>,
  { isOn, count = Number.POSITIVE_INFINITY }: { isOn(): boolean; count?: number },
): Promise<number> {
  const posts: Promise<unknown>[] = [];
  for (const startedAt = performance.now(); isOn() && posts.length < count; ) {
    await delay(Math.max(0, startedAt + posts.length * EVERY_MS - performance.now()));
    posts.push(postOne(posts.length).catch(() => undefined));
  }
  await Promise.all(posts);
  return posts.length;
}

/** Milliseconds from each message's POST to the arrival of each of its deliveries. */
async function latencies(tenant: Tenant, receiver: Receiver, name: string, count: number): Promise<number[]> {
  const postedAt = new Map<string, number>();
  const found: number[] = [];
  receiver.listen('fast', ({ at, body }) => {
    const { data } = JSON.parse(body) as { data: { notificationDetails: { tag: string } } };
    const from = postedAt.get(data.notificationDetails.tag);
    if (from !== undefined) found.push(at - from);
  });
  await steadily(
    (n) => {
      postedAt.set(`${name}-${n}`, performance.now());
      return post(tenant, `${name}-${n}`);
    },
    { isOn: () => true, count },
  );
  const until = performance.now() + PATIENCE_MS;
  while (found.length < count * MEMBERS && performance.now() < until) await delay(20);
  return [...found, ...Array.from({ length: count * MEMBERS - found.length }, () => PATIENCE_MS)];
}

/** Looks at the queue of deliveries, and at what is open at the slow webhook. */
class Looks {
  readonly #redis: Redis;
  readonly #receiver: Receiver;
  readonly #waiting: number[] = [];
  readonly #open: number[] = [];
  #isOn = true;
  readonly #running: Promise<void>;

  constructor(redis: Redis, receiver: Receiver) {
    this.#redis = redis;
    this.#receiver = receiver;
    this.#running = this.#run();
  }

  async end(): Promise<{ waiting: number; open: number }> {
    this.#isOn = false;
    await this.#running;
    return { waiting: percentile(this.#waiting, 0.5), open: percentile(this.#open, 0.5) };
  }

  async #run(): Promise<void> {
    while (this.#isOn) {
      const [first, ranked] = await Promise.all([
        this.#redis.llen(`${QUEUE}:wait`),
        this.#redis.zcard(`${QUEUE}:prioritized`),
      ]);
      this.#waiting.push(first + ranked);
      this.#open.push(this.#receiver.open('slow'));
      await delay(LOOK_MS);
    }
  }
}
