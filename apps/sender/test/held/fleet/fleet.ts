import type { Outcome } from '@fanfare/core';
import { BETWEEN_TRIALS_MS, type Gate, PAUSE_SHARE } from '@fanfare/ledger';
import { nextStep } from '@fanfare/queue';
import { type Breaker, MIN_FAILURES, openingOf, sendHealthOf } from '../../../src/held/breaker.ts';
import { Endpoint } from '../../../src/held/endpoint.ts';
import { InHand } from '../../../src/held/in-hand.ts';
import { Places, type Taken } from '../../../src/held/places.ts';
import { VirtualTime } from './events.ts';
import { appOf, type Delivery, Intake } from './intake.ts';
import { Webhook, type WebhookOptions } from './webhook.ts';

/** What a run is about. Times in ms. */
export interface Scene {
  nodes: number;
  /** Sends in flight per node, and to an endpoint. */
  concurrency: number;
  limit: number;
  /** The endpoint of each app; the same for all if there is only one. */
  endpoints: readonly WebhookOptions[];
  /** The events of each app, spread evenly over the traffic, and their recipients. */
  apps: readonly { events: number; members: number }[];
  trafficMs: number;
  deadlineMs: number;
  random(): number;
}

/** What the endpoints and the ledger saw. */
export interface Story {
  deliveries: readonly Delivery[];
  /** Events that were never fully planned. */
  unplanned: number;
  /** When requests came, by endpoint, and how many came after their deadline. */
  arrivals: readonly (readonly number[])[];
  late: number;
  /** The most that a node had in hand, and that an app had admitted and ready. */
  mostInHand: number;
  mostAdmitted: number;
  mostReady: number;
}

const LOOK_MS = 50;

/** Stands in for the one part that is Lua: the gate that all senders share (packages/ledger/src/held/gates.ts). */
class SharedGate {
  open: { until: number; since: number } | undefined;
  /** When the last trial began. */
  triedAt = 0;
  /** Failures that senders have counted together. */
  failures = 0;
  /** By deadline. */
  readonly held: Delivery[] = [];
}

interface Node {
  places: Places;
  hand: InHand;
  endpoints: Endpoint[];
  inHand: number;
}

/** A hundred senders and their webhooks, by the rules of ingest, fan-out, queue and sender, on a virtual clock. */
export class Fleet {
  readonly #scene: Scene;
  readonly #time = new VirtualTime();
  readonly #gates: SharedGate[];
  readonly #nodes: Node[];
  readonly #webhooks: Webhook[];
  readonly #intake: Intake;
  #late = 0;
  #mostInHand = 0;

  constructor(scene: Scene) {
    this.#scene = scene;
    const now = () => this.#time.now;
    this.#webhooks = scene.endpoints.map((endpoint) => new Webhook(this.#time, endpoint));
    this.#gates = scene.apps.map(() => new SharedGate());
    this.#nodes = Array.from({ length: scene.nodes }, () => ({
      places: new Places(scene.concurrency, now),
      hand: new InHand(2 * scene.concurrency, now),
      endpoints: scene.apps.map((_, app) => new Endpoint(gateOf(app), scene.limit)),
      inHand: 0,
    }));
    const { deadlineMs } = scene;
    this.#intake = new Intake({ time: this.#time, deadlineMs, enqueue: (pack) => this.#take(pack) });
  }

  async run(untilMs: number): Promise<Story> {
    const { apps, trafficMs } = this.#scene;
    apps.forEach(({ events, members }, app) => {
      for (let n = 0; n < events; n++) this.#time.in((n * trafficMs) / events, () => this.#intake.accept(app, members));
    });
    this.#time.in(LOOK_MS, () => this.#keepLooking());
    await this.#time.run(untilMs);
    const { deliveries, unplanned, mostAdmitted, mostReady } = this.#intake;
    const arrivals = this.#webhooks.map((webhook) => webhook.arrivals);
    return {
      deliveries,
      unplanned,
      arrivals,
      late: this.#late,
      mostInHand: this.#mostInHand,
      mostAdmitted,
      mostReady,
    };
  }

  /** A random node gets a job. */
  #take(pack: readonly Delivery[]): void {
    const node = this.#nodes[Math.floor(this.#scene.random() * this.#nodes.length)] as Node;
    this.#takeAt(node, pack, { wasHeld: false });
  }

  /** A node gets a job; `wasHeld` if it was released to it. It is a trial if its gate is open. */
  #takeAt(node: Node, pack: readonly Delivery[], { wasHeld }: { wasHeld: boolean }): void {
    const [{ app = 0 } = {}] = pack;
    const gate = this.#gates[app] as SharedGate;
    const inTime = pack.filter((delivery) => !this.#expire(delivery));
    const isRefused = (gate.open && !wasHeld) || !node.hand.take(appOf(app), inTime.length, wasHeld);
    if (isRefused) {
      for (const delivery of inTime) this.#hold(delivery);
      return;
    }
    node.inHand += inTime.length;
    this.#mostInHand = Math.max(this.#mostInHand, node.inHand);
    this.#begin(node, inTime, { isTrial: gate.open !== undefined });
  }

  /** Sends the deliveries of a job in order, each as soon as there is a place for it. */
  #begin(node: Node, pack: readonly Delivery[], { isTrial }: { isTrial: boolean }): void {
    for (const [n, delivery] of pack.entries()) {
      const endpoint = node.endpoints[delivery.app] as Endpoint;
      const taken = node.places.take(appOf(delivery.app), isTrial ? endpoint.forTrial : endpoint);
      if (taken instanceof Promise) {
        void taken.then((got) => {
          if (got.kind === 'taken') this.#go(node, delivery, got, isTrial);
          this.#begin(node, pack.slice(n + 1), { isTrial });
        });
        return;
      }
      this.#go(node, delivery, taken, isTrial);
    }
  }

  #go(node: Node, delivery: Delivery, taken: Taken, isTrial: boolean): void {
    const gate = this.#gates[delivery.app] as SharedGate;
    const drop = () => {
      taken.leave();
      node.inHand--;
      node.hand.drop(appOf(delivery.app), 1);
    };
    const isLate = this.#expire(delivery);
    if (isLate || (gate.open && !isTrial)) {
      drop();
      if (!isLate) this.#hold(delivery);
      return;
    }
    const ended = node.hand.send(appOf(delivery.app));
    if (this.#time.now >= delivery.deadlineAt) this.#late++;
    const begunAt = this.#time.now;
    const webhook = this.#webhooks[delivery.app % this.#webhooks.length] as Webhook;
    webhook.request((outcome) => {
      ended();
      this.#count(node, delivery.app, outcome, { begunAt, isTrial });
      drop();
      this.#follow(delivery, outcome, isTrial);
      this.#release(node, delivery.app);
    });
  }

  #count(node: Node, app: number, outcome: Outcome, send: { begunAt: number; isTrial: boolean }): void {
    const { begunAt, isTrial } = send;
    const gate = this.#gates[app] as SharedGate;
    const endpoint = node.endpoints[app] as Endpoint;
    const health = sendHealthOf(outcome);
    endpoint.count(health, begunAt, this.#time.now);
    if (isTrial) {
      if (health === 'fine') this.#close(app);
      else this.#postpone(gate, outcome, begunAt);
    } else if (this.#opensAfter(gate, endpoint, { health, begunAt, now: this.#time.now })) {
      const { now } = this.#time;
      endpoint.breaker.reset(now);
      gate.failures = 0;
      gate.open ??= { since: now, until: now + openingOf(outcome, 'chat').leastMs };
    }
  }

  /** Whether the gate opens after a send: by what its sender sees, or by what all of them see together. */
  #opensAfter(gate: SharedGate, { breaker }: Endpoint, send: Parameters<Breaker['judge']>[0]): boolean {
    const verdict = breaker.judge(send);
    if (verdict === 'cleared') gate.failures = 0;
    if (verdict === 'suspect') gate.failures++;
    return verdict === 'opens' || gate.failures >= MIN_FAILURES;
  }

  /** The pause counts from when the trial began; an earlier trial than the last only brings the next forward. */
  #postpone(gate: SharedGate, outcome: Outcome, triedAt: number): void {
    if (!gate.open) return;
    const { now } = this.#time;
    const { leastMs, mostMs } = openingOf(outcome, 'chat');
    const until = Math.max(now, triedAt + pauseAfter(gate.open.since, now, leastMs, mostMs));
    const isLast = triedAt === gate.triedAt;
    gate.open.until = isLast ? until : Math.max(now, Math.min(until, gate.open.until));
    if (isLast) gate.triedAt = Number.NEGATIVE_INFINITY;
  }

  #close(app: number): void {
    (this.#gates[app] as SharedGate).open = undefined;
    for (const node of this.#nodes) {
      node.endpoints[app]?.restart(this.#time.now);
      node.hand.forgetPace(appOf(app));
    }
    this.#look();
  }

  #follow(delivery: Delivery, outcome: Outcome, isTrial: boolean): void {
    const { now } = this.#time;
    const context = { attemptsMade: delivery.attempts, deadlineAt: delivery.deadlineAt, random: this.#scene.random() };
    if (isTrial && outcome.kind !== 'accepted' && (this.#gates[delivery.app] as SharedGate).open) {
      this.#hold(delivery);
      return;
    }
    const step = nextStep(outcome, { lane: 'chat', provider: 'custom', now, ...context });
    if (step.do === 'settle') {
      this.#settle(delivery, step.state === 'accepted' || step.state === 'expired' ? step.state : 'rejected');
      return;
    }
    if (step.do === 'retry') delivery.attempts++;
    this.#intake.count(delivery, 'retrying');
    this.#time.in(step.delayMs, () => this.#take([delivery]));
  }

  /** Whether it is too late for a delivery. */
  #expire(delivery: Delivery): boolean {
    if (this.#time.now < delivery.deadlineAt) return false;
    this.#settle(delivery, 'expired');
    return true;
  }

  #settle(delivery: Delivery, state: Delivery['state']): void {
    delivery.state = state;
    delivery.settledAt = this.#time.now;
    this.#intake.settled(delivery);
  }

  #hold(delivery: Delivery): void {
    const { held } = this.#gates[delivery.app] as SharedGate;
    let at = held.length;
    while (at > 0 && (held[at - 1] as Delivery).deadlineAt > delivery.deadlineAt) at--;
    held.splice(at, 0, delivery);
    this.#intake.count(delivery, 'none');
  }

  /** As long as there is traffic, or something is left of it. */
  #keepLooking(): void {
    this.#look();
    const isOver = this.#time.now > this.#scene.trafficMs && this.#intake.left === 0;
    if (!isOver) this.#time.in(LOOK_MS, () => this.#keepLooking());
  }

  /** Every 50 ms: a trial after the pause; for a closed gate, what the nodes have room for. */
  #look(): void {
    const { now } = this.#time;
    this.#gates.forEach((gate, app) => {
      if (!gate.open) {
        for (const node of this.#nodes) this.#release(node, app);
      } else if (now >= gate.open.until && now >= gate.triedAt + this.#betweenTrials(gate.open)) {
        const [any] = gate.held.splice(Math.floor(this.#scene.random() * gate.held.length), 1);
        if (!any) return;
        gate.triedAt = now;
        const node = this.#nodes[Math.floor(this.#scene.random() * this.#nodes.length)] as Node;
        this.#takeBack(node, any);
      }
    });
  }

  #betweenTrials({ since }: { since: number }): number {
    return pauseAfter(since, this.#time.now, BETWEEN_TRIALS_MS, Number.POSITIVE_INFINITY);
  }

  #release(node: Node, app: number): void {
    const gate = this.#gates[app] as SharedGate;
    if (gate.open || gate.held.length === 0) return;
    const count = Math.min(gate.held.length, node.hand.wants(appOf(app), (node.endpoints[app] as Endpoint).window));
    if (count <= 0) return;
    node.hand.expect(appOf(app), count);
    for (const delivery of gate.held.splice(0, count)) this.#takeBack(node, delivery);
  }

  #takeBack(node: Node, delivery: Delivery): void {
    this.#intake.count(delivery, delivery.attempts > 0 ? 'retrying' : 'ready');
    this.#takeAt(node, [delivery], { wasHeld: true });
  }
}

const pauseAfter = (since: number, now: number, leastMs: number, mostMs: number): number =>
  Math.max(leastMs, Math.min((now - since) / PAUSE_SHARE, mostMs));
const gateOf = (app: number): Gate => ({ lane: 'chat', appId: appOf(app), provider: 'custom', name: 'https://hook#1' });
