import { setTimeout as delay } from 'node:timers/promises';
import type { DrillOptions } from '../command-line.ts';
import { OutsideLedger } from '../outside-ledger.ts';
import { seededRandom } from '../random.ts';
import type { Screen } from '../screen.ts';
import { type DrillSystem, startSystem } from '../system/system.ts';
import type { Role, Worker } from '../system/workers.ts';
import { expiredAmong } from '../traffic/expired.ts';
import { Traffic } from '../traffic/traffic.ts';
import { Balancer } from './balancer.ts';
import { Publisher } from './publisher.ts';
import type { RollingVerdict } from './rolling-verdict.ts';

const TICK_MS = 20;
/** Traffic before the first restart, and after the last. */
const AROUND_MS = 1000;
/** Nothing has arrived for so long. */
const PATIENCE_MS = 60_000;
/** Duplicates may come after everything has arrived. */
const ECHO_MS = 1000;
/** The drain is longer than the balancer needs to see that an instance is not ready; the grace is the default. */
const ENV = { SHUTDOWN_DRAIN_MS: '1500', SHUTDOWN_GRACE_MS: '20000' };

/** The order of an upgrade: those that read first (UPGRADING.md). */
const ORDER: readonly Role[] = ['sender', 'fanout', 'ingest'];

/** Restarts every process by SIGTERM, one after another, while a publisher posts through a load balancer. */
export async function rolling({ seed, tree }: DrillOptions, screen: Screen): Promise<RollingVerdict> {
  screen.line(`starting the system${tree === undefined ? '' : ` of ${tree}`}, seed ${seed}`);
  const system = await startSystem({ tree, env: ENV });
  const balancer = new Balancer(system.workers.ingest.map(({ url }) => url));
  const publisher = new Publisher(await balancer.start(), system.keys);
  screen.line('started: two ingests behind a load balancer, two fan-outs, two senders');
  try {
    return await new Rolling({ system, balancer, publisher, seed, screen }).run();
  } finally {
    publisher.close();
    balancer.close();
    await system.close();
  }
}

interface RollingParts {
  system: DrillSystem;
  balancer: Balancer;
  publisher: Publisher;
  seed: number;
  screen: Screen;
}

class Rolling {
  readonly #system: DrillSystem;
  readonly #balancer: Balancer;
  readonly #publisher: Publisher;
  readonly #screen: Screen;
  readonly #traffic: Traffic;
  readonly #ledger = new OutsideLedger();
  #isPosting = true;
  #isOver = false;

  constructor({ system, balancer, publisher, seed, screen }: RollingParts) {
    this.#system = system;
    this.#balancer = balancer;
    this.#publisher = publisher;
    this.#screen = screen;
    this.#traffic = new Traffic(seededRandom(seed), Date.now());
  }

  async run(): Promise<RollingVerdict> {
    const posting = this.#post();
    const busy = this.#publisher.keepBusy();
    const watching = this.#watch();
    await delay(AROUND_MS);
    let restarts = 0;
    for (const role of ORDER) {
      for (const worker of this.#system.workers[role]) {
        await this.#restart(worker);
        restarts += 1;
      }
    }
    await delay(AROUND_MS);
    this.#isPosting = false;
    this.#publisher.stop();
    await Promise.all([posting, busy]);
    await this.#drained();
    this.#isOver = true;
    await watching;
    const { requests, refused, broken, problems } = this.#publisher;
    for (const problem of problems.slice(0, 5)) this.#screen.line(`publisher: ${problem}`);
    const { acknowledged, excused: expired, duplicated, stale } = this.#ledger;
    const lost = this.#ledger.missing();
    for (const { posting, target } of lost.slice(0, 5)) {
      this.#screen.line(`lost: ${posting.app} ${posting.kind} ${posting.id} to ${target}`);
    }
    const published = { requests, acknowledged, refused, broken };
    return { restarts, ...published, lost: lost.length, expired, duplicated, stale: stale.length };
  }

  async #restart(worker: Worker): Promise<void> {
    const before = this.#ledger.acknowledged;
    const startedAt = Date.now();
    await worker.stop();
    const stoppedAt = Date.now();
    await worker.start();
    await this.#balancer.allReady();
    const times = `stopped in ${seconds(stoppedAt - startedAt)}, back in ${seconds(Date.now() - stoppedAt)}`;
    this.#screen.line(`${worker.name}: ${times}, ${this.#ledger.acknowledged - before} events acknowledged meanwhile`);
  }

  async #post(): Promise<void> {
    while (this.#isPosting || this.#publisher.open > 0) {
      const due = this.#isPosting && this.#publisher.hasRoom ? this.#traffic.next(Date.now()) : [];
      for (const posting of due) {
        this.#ledger.posted(posting);
        void this.#publisher.post(posting).then((isAcknowledged) => {
          if (!isAcknowledged) return;
          this.#ledger.acknowledge(posting);
          this.#traffic.acknowledged(posting, Date.now());
        });
      }
      await delay(TICK_MS);
    }
  }

  /** Takes over what the simulators received. */
  async #watch(): Promise<void> {
    while (!this.#isOver) {
      for (const arrival of await this.#system.simulator.call('takeArrivals', undefined)) this.#ledger.arrived(arrival);
      this.#ledger.compare();
      await delay(5 * TICK_MS);
    }
  }

  /** Waits until everything acknowledged has arrived, as long as something does. */
  async #drained(): Promise<void> {
    const { workers, keys } = this.#system;
    const inquiry = { url: workers.ingest[0].url, keys, isForgotten: () => false };
    let progress = { left: Number.POSITIVE_INFINITY, at: Date.now() };
    while (Date.now() < progress.at + PATIENCE_MS) {
      for (const one of await expiredAmong(this.#ledger.missing(), Date.now(), inquiry)) this.#ledger.excuse(one);
      const left = this.#ledger.missing().length;
      if (left === 0) break;
      if (left < progress.left) progress = { left, at: Date.now() };
      this.#screen.status(`draining: ${left} to arrive`);
      await delay(10 * TICK_MS);
    }
    await delay(ECHO_MS);
  }
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
