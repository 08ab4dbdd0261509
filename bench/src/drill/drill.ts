import { setTimeout as delay } from 'node:timers/promises';
import type { DrillOptions } from './command-line.ts';
import { perform } from './faults/faults.ts';
import { LATENCY } from './faults/providers.ts';
import { type Doubts, NO_DOUBTS } from './faults/result.ts';
import { planFaults, TRACK_NAMES, type Track } from './faults/schedule.ts';
import { OutsideLedger } from './outside-ledger.ts';
import { seededRandom } from './random.ts';
import type { Screen } from './screen.ts';
import { type DrillSystem, IN_FLIGHT, startSystem } from './system/system.ts';
import { expiredAmong } from './traffic/expired.ts';
import { Poster } from './traffic/poster.ts';
import type { Posting } from './traffic/posting.ts';
import { Traffic } from './traffic/traffic.ts';
import { mostDuplicated, type Verdict } from './verdict.ts';

const TICK_MS = 50;
/** Nothing has arrived for so long: the longest a retry may wait is a minute. */
const PATIENCE_MS = 120_000;
/** Duplicates may come after everything has arrived. */
const ECHO_MS = 1000;

/** Runs a drill from start to end. */
export async function drill(options: DrillOptions, screen: Screen): Promise<Verdict> {
  screen.line(`starting the system${options.isCluster ? ' on a cluster' : ''}, seed ${options.seed}`);
  const system = await startSystem({ isCluster: options.isCluster });
  screen.line('started');
  try {
    return await new Drill(options, screen, system).run();
  } finally {
    screen.status('stopping the system');
    await system.close();
  }
}

class Drill {
  readonly #options: DrillOptions;
  readonly #screen: Screen;
  readonly #system: DrillSystem;
  readonly #ledger = new OutsideLedger();
  readonly #traffic: Traffic;
  readonly #poster: Poster;
  readonly #endsAt: number;
  readonly #waits: Promise<void>[] = [];
  readonly #skipped = new Set<string>();
  readonly #missed: string[] = [];
  #doubts: Doubts = NO_DOUBTS;
  #isOver = false;
  #recoveredMs = 0;

  constructor(options: DrillOptions, screen: Screen, system: DrillSystem) {
    this.#options = options;
    this.#screen = screen;
    this.#system = system;
    this.#traffic = new Traffic(seededRandom(options.seed), Date.now());
    const urls = system.workers.ingest.map(({ url }) => url);
    this.#poster = new Poster(urls, system.keys, (posting) => {
      this.#ledger.acknowledge(posting);
      this.#traffic.acknowledged(posting, Date.now());
    });
    this.#endsAt = Date.now() + options.seconds * 1000;
  }

  async run(): Promise<Verdict> {
    const { simulator } = this.#system;
    for (const service of ['fcm', 'apns', 'webhook'] as const) {
      await simulator.call('setFaults', { service, faults: LATENCY });
    }
    const watching = [this.#watch(), this.#excuseExpired()];
    await Promise.all([this.#send(), ...TRACK_NAMES.map((track) => this.#play(track))]);
    this.#screen.line(`traffic and faults are over: ${this.#ledger.acknowledged} events acknowledged`);
    const drainedMs = await this.#drain();
    this.#screen.line(drainedMs === undefined ? 'not drained' : `drained in ${seconds(drainedMs)}`);
    this.#isOver = true;
    await Promise.all([...this.#waits, ...watching]);
    return this.#verdict(drainedMs !== undefined);
  }

  /** Posts what is due until the time is up. */
  async #send(): Promise<void> {
    while (Date.now() < this.#endsAt) {
      for (const posting of this.#poster.hasRoom ? this.#traffic.next(Date.now()) : []) {
        this.#ledger.posted(posting);
        void this.#poster.post(posting);
      }
      await delay(TICK_MS);
    }
  }

  /** Takes over what the simulators received. */
  async #watch(): Promise<void> {
    while (!this.#isOver) {
      for (const arrival of await this.#system.simulator.call('takeArrivals', undefined)) this.#ledger.arrived(arrival);
      this.#ledger.compare();
      if (Date.now() < this.#endsAt) {
        this.#screen.status(`${this.#ledger.acknowledged} events acknowledged, ${this.#doubts.kills} kills`);
      }
      await delay(2 * TICK_MS);
    }
  }

  async #play(track: Track): Promise<void> {
    const { seed, only } = this.#options;
    for (const fault of planFaults(seed, track, only)) {
      await delay(fault.gapMs);
      if (Date.now() >= this.#endsAt) return;
      const first = this.#ledger.acknowledged + 1;
      const isOver = () => Date.now() >= this.#endsAt;
      const result = await perform({ system: this.#system, isOver }, fault);
      if (result.kind === 'skipped') {
        this.#skip(`${fault.kind}: skipped, ${result.reason}`);
        // A track of faults that cannot happen here would otherwise spin.
        await delay(TICK_MS);
        continue;
      }
      if (result.kind === 'missed') {
        this.#screen.line(`${fault.kind} (${result.what}): hit nothing${isOver() ? ', traffic was over' : ''}`);
        if (!isOver()) this.#missed.push(fault.kind);
        continue;
      }
      const { kills, senders } = result.doubts;
      this.#doubts = { kills: this.#doubts.kills + kills, senders: this.#doubts.senders + senders };
      if (fault.kind === 'redis-full') this.#ledger.forget(Date.now());
      this.#waits.push(this.#recover(`${fault.kind} (${result.what})`, first));
    }
  }

  /** Says it once. */
  #skip(line: string): void {
    if (!this.#skipped.has(line)) this.#screen.line(line);
    this.#skipped.add(line);
  }

  /** Prints how long it takes until all that was acknowledged during a fault has arrived. */
  async #recover(fault: string, first: number): Promise<void> {
    const last = this.#ledger.acknowledged;
    const endedAt = Date.now();
    while (this.#ledger.isOpen(first, last)) {
      if (this.#isOver) return this.#screen.line(`${fault}: not recovered`);
      await delay(2 * TICK_MS);
    }
    const ms = Date.now() - endedAt;
    this.#recoveredMs = Math.max(this.#recoveredMs, ms);
    this.#screen.line(`${fault}: recovered in ${seconds(ms)}`);
  }

  /** Waits until everything acknowledged has arrived, as long as something does. The ms it took. */
  async #drain(): Promise<number | undefined> {
    const startedAt = Date.now();
    let progress = { left: Number.POSITIVE_INFINITY, at: startedAt };
    while (Date.now() < progress.at + PATIENCE_MS) {
      const missing = this.#ledger.missing();
      const left = missing.length + this.#poster.open;
      if (left === 0) {
        await delay(ECHO_MS);
        return Date.now() - startedAt - ECHO_MS;
      }
      if (left < progress.left) progress = { left, at: Date.now() };
      this.#screen.status(`draining: ${this.#poster.open} to post, ${missing.length} to arrive`);
      await delay(4 * TICK_MS);
    }
    this.#poster.stop();
    return undefined;
  }

  /** Calls that rang out in time are not lost: the system has to say so itself. */
  async #excuseExpired(): Promise<void> {
    while (!this.#isOver) {
      const { workers, keys } = this.#system;
      const inquiry = {
        url: workers.ingest[0].url,
        keys,
        isForgotten: (posting: Posting) => this.#ledger.isForgotten(posting),
      };
      for (const one of await expiredAmong(this.#ledger.missing(), Date.now(), inquiry)) this.#ledger.excuse(one);
      await delay(20 * TICK_MS);
    }
  }

  #verdict(isDrained: boolean): Verdict {
    const lost = this.#ledger.missing();
    const { stale, duplicated, deliveries, excused } = this.#ledger;
    for (const { posting, target } of lost.slice(0, 20))
      this.#screen.line(`lost: ${posting.app} ${posting.id} to ${target}`);
    for (const { sentAt, target, at } of stale.slice(0, 20)) {
      this.#screen.line(`stale: ${this.#ledger.nameOf(sentAt)} to ${target}, ${at - sentAt} ms after it was sent`);
    }
    const { kills, senders } = this.#doubts;
    const ofAll = IN_FLIGHT * this.#system.workers.sender.length;
    const bound = mostDuplicated(this.#doubts, { ofSender: IN_FLIGHT, ofAll });
    this.#screen.line(`${deliveries} deliveries, ${excused} rings expired`);
    this.#screen.line(
      `at most ${bound} may be duplicated: ${IN_FLIGHT} in flight in each of ${senders} senders in doubt`,
    );
    if (this.#missed.length > 0) this.#screen.line(`without effect: ${this.#missed.join(', ')}`);
    const ended = Object.values(this.#system.workers)
      .flat()
      .filter(({ isRunning }) => !isRunning);
    if (ended.length > 0) throw new Error(`${ended.map(({ name }) => name).join(', ')} ended, and no fault ended it`);
    const recoveredS = isDrained ? this.#recoveredMs / 1000 : undefined;
    return { lost: lost.length, duplicated, bound, stale: stale.length, kills, recoveredS };
  }
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
