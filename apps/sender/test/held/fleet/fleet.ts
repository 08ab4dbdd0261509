import type { Outcome } from '@fanfare/core';
import { type Gate, PAUSE_SHARE } from '@fanfare/ledger';
import { nextStep } from '@fanfare/queue';
import { openingOf, sendHealthOf } from '../../../src/held/breaker.ts';
import { Endpoint } from '../../../src/held/endpoint.ts';
import { InHand } from '../../../src/held/in-hand.ts';
import { Places, type Taken } from '../../../src/held/places.ts';
import { VirtualTime } from './events.ts';

/** What a run is about. Times in ms. */
export interface Scene {
  nodes: number;
  /** Sends in flight per node, and to the endpoint. */
  concurrency: number;
  limit: number;
  /** Requests the endpoint works on at a time, and how long it takes for one. */
  servers: number;
  serviceMs: number;
  outage: { from: number; to: number; how: 'refuses' | 'hangs' };
  /** Deliveries a second, by app, while traffic lasts. */
  rates: readonly number[];
  trafficMs: number;
  deadlineMs: number;
  random(): number;
}

export interface Delivery {
  app: number;
  deadlineAt: number;
  createdAt: number;
  attempts: number;
  state: 'open' | 'accepted' | 'expired' | 'rejected';
  settledAt: number;
}

/** What the endpoint and the ledger saw. */
export interface Story {
  deliveries: Delivery[];
  /** When requests came, and those that came too late. */
  arrivals: number[];
  late: number;
  /** The most that a node had in hand. */
  mostInHand: number;
}

const TIMEOUT_MS = 2000;
const LOOK_MS = 50;

/** Stands in for the one part that is Lua: the gate that all senders share (packages/ledger/src/held/gates.ts). */
class SharedGate {
  open: { until: number; since: number } | undefined;
  isTried = false;
  /** When the last trial began. */
  triedAt = 0;
  /** By deadline. */
  readonly held: Delivery[] = [];
}

interface Node {
  places: Places;
  hand: InHand;
  endpoints: Endpoint[];
  inHand: number;
}

/** A hundred senders and one webhook, by the rules of the sender and the queue, on a virtual clock. */
export class Fleet {
  readonly #scene: Scene;
  readonly #time = new VirtualTime();
  readonly #gates: SharedGate[];
  readonly #nodes: Node[];
  readonly #story: Story = { deliveries: [], arrivals: [], late: 0, mostInHand: 0 };
  #working = 0;
  readonly #waiting: { isGone: boolean; begin(): void }[] = [];

  constructor(scene: Scene) {
    this.#scene = scene;
    const now = () => this.#time.now;
    this.#gates = scene.rates.map(() => new SharedGate());
    this.#nodes = Array.from({ length: scene.nodes }, () => ({
      places: new Places(scene.concurrency, now),
      hand: new InHand(2 * scene.concurrency, now),
      endpoints: scene.rates.map((_, app) => new Endpoint(gateOf(app), scene.limit)),
      inHand: 0,
    }));
  }

  async run(untilMs: number): Promise<Story> {
    this.#scene.rates.forEach((rate, app) => {
      const count = Math.round((rate * this.#scene.trafficMs) / 1000);
      for (let n = 0; n < count; n++) this.#time.in((n * this.#scene.trafficMs) / count, () => this.#create(app));
    });
    for (let at = LOOK_MS; at < untilMs; at += LOOK_MS) this.#time.in(at, () => this.#look());
    await this.#time.run(untilMs);
    return this.#story;
  }

  #create(app: number): void {
    const { now } = this.#time;
    const deadlineAt = now + this.#scene.deadlineMs;
    const delivery: Delivery = { app, deadlineAt, createdAt: now, attempts: 0, state: 'open', settledAt: 0 };
    this.#story.deliveries.push(delivery);
    this.#take(delivery, false);
  }

  /** A random node gets its job. */
  #take(delivery: Delivery, wasHeld: boolean): void {
    const node = this.#nodes[Math.floor(this.#scene.random() * this.#nodes.length)] as Node;
    const gate = this.#gates[delivery.app] as SharedGate;
    if (this.#time.now >= delivery.deadlineAt) {
      this.#settle(delivery, 'expired');
      return;
    }
    if (gate.open && !wasHeld) {
      this.#hold(delivery);
      return;
    }
    if (!node.hand.take(appOf(delivery.app), 1, wasHeld)) {
      this.#hold(delivery);
      return;
    }
    node.inHand++;
    this.#story.mostInHand = Math.max(this.#story.mostInHand, node.inHand);
    const endpoint = node.endpoints[delivery.app] as Endpoint;
    const isTrial = gate.open !== undefined;
    const taken = node.places.take(appOf(delivery.app), isTrial ? endpoint.forTrial : endpoint);
    if (taken instanceof Promise)
      void taken.then((got) => got.kind === 'taken' && this.#go(node, delivery, got, false));
    else this.#go(node, delivery, taken, isTrial);
  }

  #go(node: Node, delivery: Delivery, taken: Taken, isTrial: boolean): void {
    const gate = this.#gates[delivery.app] as SharedGate;
    const drop = () => {
      taken.leave();
      node.inHand--;
      node.hand.drop(appOf(delivery.app), 1);
    };
    if (this.#time.now >= delivery.deadlineAt || (gate.open && !isTrial)) {
      drop();
      if (this.#time.now >= delivery.deadlineAt) this.#settle(delivery, 'expired');
      else this.#hold(delivery);
      return;
    }
    const ended = node.hand.send(appOf(delivery.app));
    this.#request(delivery, (outcome) => {
      ended();
      this.#count(node, delivery.app, outcome, isTrial);
      drop();
      this.#follow(delivery, outcome, isTrial);
      this.#release(node, delivery.app);
    });
  }

  /** The endpoint: a queue before its servers, whose clients give up after two seconds. */
  #request(delivery: Delivery, answer: (outcome: Outcome) => void): void {
    const { outage, servers, serviceMs } = this.#scene;
    const { now } = this.#time;
    this.#story.arrivals.push(now);
    if (now >= delivery.deadlineAt) this.#story.late++;
    const isDown = now >= outage.from && now < outage.to;
    if (isDown && outage.how === 'refuses') {
      this.#time.in(5, () => answer({ kind: 'retryable', reason: 'http_503' }));
      return;
    }
    const request = { isGone: false, begin: () => {} };
    let isAnswered = false;
    const once = (outcome: Outcome) => {
      if (isAnswered) return;
      isAnswered = true;
      request.isGone = true;
      answer(outcome);
    };
    this.#time.in(TIMEOUT_MS, () => once({ kind: 'retryable', reason: 'timeout' }));
    if (isDown) return;
    request.begin = () => {
      this.#working++;
      this.#time.in(serviceMs, () => {
        this.#working--;
        once({ kind: 'accepted' });
        this.#serve();
      });
    };
    if (this.#working < servers) request.begin();
    else this.#waiting.push(request);
  }

  #serve(): void {
    while (this.#working < this.#scene.servers) {
      const next = this.#waiting.shift();
      if (!next) return;
      if (!next.isGone) next.begin();
    }
  }

  #count(node: Node, app: number, outcome: Outcome, isTrial: boolean): void {
    const gate = this.#gates[app] as SharedGate;
    const endpoint = node.endpoints[app] as Endpoint;
    const health = sendHealthOf(outcome);
    if (isTrial) {
      gate.isTried = false;
      if (health === 'fine') this.#close(app);
      else this.#open(gate, outcome, gate.triedAt);
    } else if (endpoint.breaker.opensAfter(health, this.#time.now)) {
      endpoint.breaker.reset();
      if (!gate.open) this.#open(gate, outcome, this.#time.now);
    }
    if (outcome.kind === 'accepted') endpoint.widen();
  }

  /** The pause counts from when the trial began. */
  #open(gate: SharedGate, outcome: Outcome, triedAt: number): void {
    const { now } = this.#time;
    const { leastMs, mostMs } = openingOf(outcome, 'chat');
    const since = gate.open?.since ?? now;
    const pauseMs = Math.max(leastMs, Math.min((now - since) / PAUSE_SHARE, mostMs));
    gate.open = { since, until: Math.max(now, triedAt + pauseMs) };
  }

  #close(app: number): void {
    (this.#gates[app] as SharedGate).open = undefined;
    for (const node of this.#nodes) {
      node.endpoints[app]?.narrow();
      node.hand.forgetPace(appOf(app));
    }
    this.#look();
  }

  #follow(delivery: Delivery, outcome: Outcome, isTrial: boolean): void {
    const { now } = this.#time;
    const context = { attemptsMade: delivery.attempts, deadlineAt: delivery.deadlineAt, random: this.#scene.random() };
    const step = nextStep(outcome, { lane: 'chat', provider: 'custom', now, ...context });
    if (step.do === 'settle') {
      this.#settle(delivery, step.state === 'accepted' ? 'accepted' : outcomeState(step.state));
      return;
    }
    if (step.do === 'retry' && !isTrial) delivery.attempts++;
    this.#time.in(step.delayMs, () => this.#take(delivery, false));
  }

  #settle(delivery: Delivery, state: Delivery['state']): void {
    delivery.state = state;
    delivery.settledAt = this.#time.now;
  }

  #hold(delivery: Delivery): void {
    const { held } = this.#gates[delivery.app] as SharedGate;
    let at = held.length;
    while (at > 0 && (held[at - 1] as Delivery).deadlineAt > delivery.deadlineAt) at--;
    held.splice(at, 0, delivery);
  }

  /** Every 50 ms: one trial after the pause; for a closed gate, what the nodes have room for. */
  #look(): void {
    this.#gates.forEach((gate, app) => {
      if (!gate.open) {
        for (const node of this.#nodes) this.#release(node, app);
      } else if (this.#time.now >= gate.open.until && !gate.isTried) {
        const first = gate.held.shift();
        gate.isTried = first !== undefined;
        gate.triedAt = this.#time.now;
        if (first) this.#take(first, true);
      }
    });
  }

  #release(node: Node, app: number): void {
    const gate = this.#gates[app] as SharedGate;
    if (gate.open || gate.held.length === 0) return;
    const count = Math.min(gate.held.length, node.hand.wants(appOf(app), (node.endpoints[app] as Endpoint).window));
    if (count <= 0) return;
    node.hand.expect(appOf(app), count);
    for (const delivery of gate.held.splice(0, count)) this.#takeAt(node, delivery);
  }

  #takeAt(node: Node, delivery: Delivery): void {
    if (this.#time.now >= delivery.deadlineAt) {
      this.#settle(delivery, 'expired');
      return;
    }
    if (!node.hand.take(appOf(delivery.app), 1, true)) {
      this.#hold(delivery);
      return;
    }
    node.inHand++;
    this.#story.mostInHand = Math.max(this.#story.mostInHand, node.inHand);
    const taken = node.places.take(appOf(delivery.app), node.endpoints[delivery.app] as Endpoint);
    if (taken instanceof Promise)
      void taken.then((got) => got.kind === 'taken' && this.#go(node, delivery, got, false));
    else this.#go(node, delivery, taken, false);
  }
}

const appOf = (app: number): string => `app-${app}`;
const gateOf = (app: number): Gate => ({ lane: 'chat', appId: appOf(app), provider: 'custom', name: 'https://hook#1' });
const outcomeState = (state: string): Delivery['state'] => (state === 'expired' ? 'expired' : 'rejected');
