import { type EventRef, PROVIDER_KINDS, type ProviderKind, type Target } from '@fanfare/core';
import { AdmissionModel, startTestRedis } from '@fanfare/testkit';
import { afterAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  ADMISSION_LIMITS,
  acceptEvents,
  admitWaiting,
  advance,
  isLoaded,
  parkEvent,
  planSlice,
  settle,
  stepAside,
  wakeWaiting,
} from '../../src/index.ts';
import { keys } from '../../src/keys.ts';
import { accepted, keysOf, lockOf, NOW, slice } from '../support/events.ts';

const own = await startTestRedis({ args: ['--appendonly', 'no'] });
const { redis } = own;
afterAll(() => own[Symbol.asyncDispose]());

type Lane = 'chat' | 'bulk';

/** So many that an app's equal part is smaller than what one may have alone. */
const APPS = 12;
const appOf = (app: number): string => `app-${app}`;
const app = fc.nat({ max: APPS - 1 });
const provider = fc.constantFrom<ProviderKind>(...PROVIDER_KINDS);
/** `pick` chooses among what there is. */
const pick = fc.nat();
const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('accept' as const), app, count: fc.integer({ min: 1, max: 90 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('plan' as const),
      pick,
      provider,
      deliveries: fc.oneof(fc.nat({ max: 60 }), fc.nat({ max: 900 })),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('settle' as const),
      pick,
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      isRetried: fc.boolean(),
    }),
  },
  // Until few of an app's events are left, so that their size decides how many follow.
  fc.record({
    do: fc.constant('drain' as const),
    app,
    left: fc.nat({ max: 4 }),
    provider,
    deliveries: fc.oneof(fc.nat({ max: 10 }), fc.integer({ min: 100, max: 400 })),
  }),
  fc.record({ do: fc.constant('park' as const), pick }),
  fc.record({ do: fc.constant('step aside' as const), pick }),
  fc.record({ do: fc.constant('admit' as const), app }),
  fc.record({ do: fc.constant('sweep' as const) }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

interface Planned {
  ref: EventRef;
  app: string;
  provider: ProviderKind;
  open: number[];
  retried: Set<number>;
}

/** An event that has a job. */
interface Job {
  ref: EventRef;
  appId: string;
}

/** The scripts and the model, side by side. */
class Pair {
  readonly #lane: Lane;
  readonly #model: AdmissionModel;
  /** Admitted and not planned. */
  readonly #jobs = new Map<string, string>();
  readonly #appOf = new Map<string, string>();
  #planned: Planned[] = [];
  #serial = 0;

  constructor(lane: Lane, shards: number) {
    const { ready, assumedSize, ...limits } = ADMISSION_LIMITS;
    this.#lane = lane;
    this.#model = new AdmissionModel({ ...limits, shards, ready: ready[lane], assumedSize: assumedSize[lane] });
  }

  async run(one: Step): Promise<void> {
    if (one.do === 'accept') return this.#accept(appOf(one.app), one.count);
    if (one.do === 'plan') return this.#plan(one);
    if (one.do === 'drain') return this.#drain(one);
    if (one.do === 'settle') return this.#settle(one);
    if (one.do === 'park') return this.#park(one.pick);
    if (one.do === 'step aside') return this.#stepAside(one.pick);
    if (one.do === 'admit') return this.#admit(appOf(one.app));
    return this.#sweep();
  }

  async #accept(appId: string, count: number): Promise<void> {
    const offers = Array.from({ length: count }, () => {
      const receivedAt = NOW + Math.floor(++this.#serial / 3);
      return { accepted: accepted({ id: `e${this.#serial}`, appId, lane: this.#lane, receivedAt }) };
    });
    const answers = await acceptEvents(redis, offers, 1);
    const events = offers.map(({ accepted: { key, receivedAt } }) => ({ key, receivedAt }));
    for (const { key } of events) this.#appOf.set(key, appId);
    const queued = answers.flatMap((answer) => (answer instanceof Error || !answer.queueIn ? [] : [answer.key]));
    this.#same(queued, this.#model.accept(appId, events));
  }

  async #plan({ pick: nth, provider: by, deliveries }: Step & { do: 'plan' }): Promise<void> {
    const found = this.#job(nth);
    if (found) await this.#planOne(found, by, deliveries);
  }

  async #drain({ app: nth, left, provider: by, deliveries }: Step & { do: 'drain' }): Promise<void> {
    const appId = appOf(nth);
    for (let turn = 0; turn < 2 * ADMISSION_LIMITS.admitted.most; turn++) {
      const jobs = [...this.#jobs].filter(([, its]) => its === appId).map(([key]) => key);
      if (jobs.length <= left) return;
      const ref = { key: jobs[0] as string, shard: 0 };
      if (!(await this.#planOne({ ref, appId }, by, deliveries))) return;
    }
  }

  /** Whether the event was planned: not if its app has too much ready. */
  async #planOne({ ref, appId }: Job, by: ProviderKind, deliveries: number): Promise<boolean> {
    const isFull = await isLoaded(redis, ref);
    expect(isFull).toBe(this.#model.isLoaded(appId));
    if (isFull) return false;
    const target: Target = by === 'custom' ? { provider: by } : { provider: by, deviceId: 'd', providerId: 'p' };
    const send = { kind: 'send' as const, uid: 'ann', targets: [target] as [Target] };
    const all = slice(Array.from({ length: deliveries }, () => send));
    await planSlice(redis, ref, appId, 0, all);
    this.#model.countReady(appId, by, deliveries);
    const lock = await lockOf(redis, ref);
    const woken = await advance(redis, ref, lock, 0, all, NOW);
    this.#jobs.delete(ref.key);
    this.#same(keysOf(woken), this.#model.finishPlanning(ref.key, deliveries));
    const open = Array.from({ length: deliveries }, (_, i) => i);
    this.#planned.push({ ref, app: appId, provider: by, open, retried: new Set() });
    return true;
  }

  async #settle({ pick: nth, share, isRetried }: Step & { do: 'settle' }): Promise<void> {
    const one = this.#planned[nth % this.#planned.length];
    if (!one) return;
    const some = one.open.slice(0, Math.ceil(share * one.open.length));
    const state = isRetried ? ('retrying' as const) : ('accepted' as const);
    await settle(
      redis,
      one.ref,
      one.app,
      some.map((ordinal) => ({ ordinal, provider: one.provider, state })),
      NOW,
    );
    for (const ordinal of some) {
      const wasRetried = one.retried.has(ordinal);
      if (wasRetried) this.#model.countRetrying(one.app, one.provider, isRetried ? 0 : -1);
      else this.#model.countReady(one.app, one.provider, -1);
      if (!wasRetried && isRetried) this.#model.countRetrying(one.app, one.provider, 1);
      if (isRetried) one.retried.add(ordinal);
    }
    if (!isRetried) one.open = one.open.slice(some.length);
    this.#planned = this.#planned.filter(({ open }) => open.length > 0);
  }

  async #park(nth: number): Promise<void> {
    const found = this.#job(nth);
    if (!found) return;
    const answer = await parkEvent(redis, found.ref);
    expect(answer).toBe(this.#model.park(found.ref.key));
    if (answer === 'parked') this.#jobs.delete(found.ref.key);
  }

  async #stepAside(nth: number): Promise<void> {
    const found = this.#job(nth);
    if (!found) return;
    this.#same(keysOf(await stepAside(redis, found.ref, NOW)), this.#model.stepAside(found.ref.key));
  }

  async #admit(appId: string): Promise<void> {
    const answers = await admitWaiting(redis, [{ shard: 0, lane: this.#lane, appId }], NOW);
    this.#same(
      answers.flatMap(({ events }) => keysOf(events)),
      this.#model.admitWaiting(appId),
    );
  }

  async #sweep(): Promise<void> {
    // A set has no order, and what one app gets is what the next does not.
    const apps = await redis.smembers(`{p0}:waiting:${this.#lane}`);
    expect([...apps].sort()).toEqual(this.#model.waitingApps.sort());
    this.#same(keysOf(await wakeWaiting(redis, 0, this.#lane, NOW)), this.#model.wakeWaiting(apps));
  }

  #same(ours: string[], modelled: string[]): void {
    expect(ours).toEqual(modelled);
    for (const key of ours) this.#jobs.set(key, this.#appOf.get(key) as string);
  }

  #job(nth: number): Job | undefined {
    const [key, appId] = [...this.#jobs][nth % this.#jobs.size] ?? [];
    return key === undefined || appId === undefined ? undefined : { ref: { key, shard: 0 }, appId };
  }
}

const fills: Step[] = Array.from({ length: APPS }, (_, n) => ({ do: 'accept', app: n, count: 50 }));

const runs = fc.record({
  shards: fc.constantFrom(1, 4),
  /** With all apps busy, so that their parts are small. */
  isCrowded: fc.boolean(),
  steps: fc.array(step, { maxLength: 60, size: 'max' }),
});

test.each(['chat', 'bulk'] as const)(
  'the model of admission answers as the scripts do, step by step: %s',
  async (lane) => {
    await fc.assert(
      fc.asyncProperty(runs, async ({ shards, isCrowded, steps }) => {
        await redis.flushall();
        await redis.set(keys.shardsInUse(0), shards);
        const pair = new Pair(lane, shards);
        for (const one of [...(isCrowded ? fills : []), ...steps]) await pair.run(one);
      }),
      { numRuns: 20 },
    );
  },
  120_000,
);
