import { type DeliveryState, type EventRef, isOpen } from '@fanfare/core';
import { expect } from '@jest/globals';
import type { Redis } from 'ioredis';
import {
  advance,
  type Cursor,
  deliveriesOf,
  FencedError,
  listDeadLetters,
  type PlannedSlice,
  planSlice,
  readCursor,
  readLoad,
  readProgress,
  readStates,
  reopen,
  type Settlement,
} from '../../src/index.ts';
import { APP, becomes, HOUR, isOnOpenList, NOW, settleAll, stored } from './events.ts';

type Worker = 0 | 1;

/** One thing that may happen to an event. Numbers that pick something are taken modulo the number of choices. */
export type Step =
  /** A worker receives the event's job: it has the lock, and reads the progress of the expansion. */
  | { do: 'take'; worker: Worker }
  /** It plans its current slice; the group may have changed since another worker planned the same one. */
  | { do: 'plan'; worker: Worker; recipients: PlannedSlice['recipients']; last: boolean }
  /** It moves the cursor past the slice it has planned, or was given. */
  | { do: 'advance'; worker: Worker }
  /** A sender reports the results of some deliveries, for the first time or again. */
  | { do: 'settle'; settlements: { pick: number; state: Settlement['state'] }[] }
  /** An operator replays a dead letter. */
  | { do: 'reopen'; pick: number };

/** What the ledger should report about one event, computed in the simplest way. */
export class Model {
  readonly #redis: Redis;
  readonly #ref: EventRef;
  readonly #workers: { cursor?: Cursor | undefined; slice?: PlannedSlice | undefined }[] = [{}, {}];
  readonly #slices: PlannedSlice[] = [];
  readonly #states: DeliveryState[] = [];
  #at = 0;
  #full = false;
  #holder: Worker | undefined;

  private constructor(redis: Redis, ref: EventRef) {
    this.#redis = redis;
    this.#ref = ref;
  }

  static async start(redis: Redis): Promise<Model> {
    return new Model(redis, await stored(redis));
  }

  async run(step: Step): Promise<void> {
    if (step.do === 'take') return this.#take(step.worker);
    if (step.do === 'plan') return this.#plan(step);
    if (step.do === 'advance') return this.#advance(step.worker);
    if (step.do === 'settle') return this.#settle(step.settlements);
    return this.#reopen(step.pick);
  }

  async #take(worker: Worker): Promise<void> {
    this.#holder = worker;
    await this.#redis.set(this.#lock(worker).key, this.#lock(worker).token, 'PX', HOUR);
    const cursor = await readCursor(this.#redis, this.#ref);
    expect(cursor).toMatchObject({ slice: this.#at, full: this.#full, next: this.#states.length });
    this.#workers[worker] = { cursor: this.#full ? undefined : cursor };
  }

  async #plan({ worker, recipients, last }: Step & { do: 'plan' }): Promise<void> {
    const { cursor } = this.#hand(worker);
    if (!cursor) return;
    const offered = { first: cursor.next, cursor: `after-${cursor.slice}`, last, recipients, packSize: 1 };
    const planning = planSlice(this.#redis, this.#ref, APP, cursor.slice, offered);
    const stands = this.#slices[cursor.slice];
    if (stands) expect(await planning).toMatchObject({ slice: stands, mine: false });
    else expect(await planning).toMatchObject({ slice: offered, mine: true });
    if (!stands) this.#slices.push(offered);
    if (!stands) this.#states.push(...deliveriesOf(offered).map(() => 'pending' as const));
    this.#hand(worker).slice = stands ?? offered;
  }

  async #advance(worker: Worker): Promise<void> {
    const hand = this.#hand(worker);
    if (!hand.cursor || !hand.slice) return;
    const moving = advance(this.#redis, this.#ref, this.#lock(worker), hand.cursor.slice, hand.slice);
    const { slice: number } = hand.cursor;
    if (this.#holder !== worker || number !== this.#at) {
      await expect(moving).rejects.toThrow(FencedError);
      this.#workers[worker] = {};
      return;
    }
    await moving;
    this.#at++;
    this.#full = hand.slice.last;
    const next = hand.slice.first + deliveriesOf(hand.slice).length;
    this.#workers[worker] = this.#full ? {} : { cursor: { ...hand.cursor, slice: this.#at, next } };
  }

  async #settle(settlements: (Step & { do: 'settle' })['settlements']): Promise<void> {
    if (this.#states.length === 0) return;
    const picked = settlements.map(({ pick, state }) => ({ ordinal: pick % this.#states.length, state }));
    const before = picked.map(({ ordinal, state }) => {
      const was = this.#states[ordinal] as DeliveryState;
      if (isOpen(was)) this.#states[ordinal] = state;
      return was;
    });
    const settling = picked.map(({ ordinal, state }) => becomes(ordinal, state));
    expect(await settleAll(this.#redis, this.#ref, settling)).toEqual(before);
  }

  async #reopen(pick: number): Promise<void> {
    const { letters } = await listDeadLetters(this.#redis, APP, 1, { limit: 1000 });
    const letter = letters[pick % letters.length];
    if (!letter) return;
    const when = { now: NOW, deadline: NOW + HOUR, sweepAt: NOW };
    const replays = [reopen(this.#redis, APP, letter, when), reopen(this.#redis, APP, letter, when)];
    expect(await Promise.all(replays)).toEqual([true, false]);
    this.#states[letter.ordinal] = 'retrying';
  }

  /** The ledger reports what the model does, and its counts add up. */
  async check(): Promise<void> {
    const progress = await readProgress(this.#redis, this.#ref);
    const { pending, audience, planned, suppressed, ...settled } = progress?.counts ?? ({} as never);
    const all = this.#slices.flatMap((slice) => slice.recipients);
    const open = this.#states.filter(isOpen).length;
    const reached = all.filter((recipient) => recipient.kind === 'send').length;
    const kinds = Object.keys(settled).map((state) => [state, this.#states.filter((one) => one === state).length]);
    expect(Object.entries(settled)).toEqual(kinds);
    expect([planned, pending, audience]).toEqual([this.#states.length, open, all.length]);
    expect(planned).toBe(sum(Object.values(settled)) + pending);
    expect(audience).toBe(reached + sum(Object.values(suppressed)));
    const isDone = this.#full && open === 0;
    expect(progress?.state).toBe(isDone ? 'done' : this.#full ? 'delivering' : 'expanding');
    expect(progress?.finishedAt !== undefined).toBe(isDone);
    expect(await isOnOpenList(this.#redis, this.#ref)).toBe(!isDone);
    expect((await readLoad(this.#redis, APP, ['custom'], 1)).get('custom')).toBe(open);
    for (const [state, hash] of [
      ['pending', '{p0}:load:chat'],
      ['retrying', '{p0}:load:chat:retrying'],
    ]) {
      const counted = Number(await this.#redis.hget(hash as string, `${APP}|custom`));
      expect([state, counted]).toEqual([state, this.#states.filter((one) => one === state).length]);
    }
    const ordinals = this.#states.map((_, ordinal) => ordinal);
    expect(await readStates(this.#redis, this.#ref, ordinals)).toEqual(this.#states);
    const { letters } = await listDeadLetters(this.#redis, APP, 1, { limit: 1000 });
    const rejected = ordinals.filter((ordinal) => this.#states[ordinal] === 'rejected');
    expect(letters.map((letter) => letter.ordinal).sort((a, b) => a - b)).toEqual(rejected);
  }

  #hand(worker: Worker) {
    return this.#workers[worker] as { cursor?: Cursor | undefined; slice?: PlannedSlice | undefined };
  }

  #lock(worker: Worker) {
    return { key: `{p0}:events-chat:${this.#ref.key}:lock`, token: `worker-${worker}` };
  }
}

const sum = (numbers: number[]): number => numbers.reduce((total, n) => total + n, 0);
