import { DEADLINES_MS, type Posting } from './traffic/posting.ts';

/** What a simulator received. */
export interface Arrival {
  /** Epoch ms. */
  at: number;
  /** Of its event. */
  sentAt: number;
  /** Push token or uid. */
  target: string;
  /** Whether the sender got a yes; `unknown` if it was gone before the answer. */
  answer: 'accepted' | 'unknown';
}

/** What a target received of an event. */
interface Received {
  accepted: number;
  unknown: number;
  firstAt: number;
}

interface Open {
  posting: Posting;
  /** Targets that have not received it. */
  missing: readonly string[];
  /** Counts acknowledgements. */
  nth: number;
}

/** A delivery that has not arrived. */
export interface Missing {
  posting: Posting;
  target: string;
}

/** Every acknowledged event and recipient, kept outside of the system, against what the simulators received. */
export class OutsideLedger {
  readonly #received = new Map<string, Received>();
  readonly #excused = new Set<string>();
  readonly #open = new Map<number, Open>();
  /** Edits and ends, by the event that they change. */
  readonly #changes = new Map<number, Posting>();
  #acknowledged = 0;
  #deliveries = 0;
  #forgottenUntil = 0;
  /** Which acknowledged events were incomplete at the last comparison. */
  #openNths: number[] = [];
  #stale: Arrival[] = [];
  readonly #postings = new Map<number, Pick<Posting, 'kind' | 'id' | 'app'>>();

  /** Events acknowledged so far. */
  get acknowledged(): number {
    return this.#acknowledged;
  }

  /** Their deliveries. */
  get deliveries(): number {
    return this.#deliveries;
  }

  /** This event is about to be posted. From now on it may arrive. */
  posted(posting: Posting): void {
    const { kind, id, app } = posting;
    this.#postings.set(posting.sentAt, { kind, id, app });
    if (posting.original !== undefined) this.#changes.set(posting.original, posting);
  }

  /** This event was acknowledged: it must arrive. */
  acknowledge(posting: Posting): void {
    this.#acknowledged += 1;
    this.#deliveries += posting.targets.length;
    this.#open.set(posting.sentAt, { posting, missing: posting.targets, nth: this.#acknowledged });
    this.#openNths.push(this.#acknowledged);
  }

  /** Finished events up to now may have left the system, as they do when memory is short. */
  forget(now: number): void {
    this.#forgottenUntil = now;
  }

  /** Whether the system may have forgotten it. */
  isForgotten({ sentAt }: Posting): boolean {
    return sentAt <= this.#forgottenUntil;
  }

  arrived(arrival: Arrival): void {
    const key = keyOf(arrival.sentAt, arrival.target);
    const received = this.#received.get(key) ?? { accepted: 0, unknown: 0, firstAt: arrival.at };
    received[arrival.answer] += 1;
    this.#received.set(key, received);
    if (this.#isStale(arrival)) this.#stale.push(arrival);
  }

  /** Whether something of the events from the `first` to the `last` acknowledged has yet to arrive. */
  isOpen(first: number, last: number): boolean {
    return this.#openNths.some((nth) => nth >= first && nth <= last);
  }

  /** Compares what was acknowledged with what has arrived. */
  compare(): void {
    const openNths: number[] = [];
    for (const [sentAt, open] of this.#open) {
      const { posting, nth } = open;
      open.missing = open.missing.filter((target) => !this.#isSettled(posting, target));
      if (open.missing.length === 0) this.#open.delete(sentAt);
      else if (open.missing.some((target) => this.#isOwed(posting, target))) openNths.push(nth);
    }
    this.#openNths = openNths;
  }

  /** What has yet to arrive, as of the last comparison. */
  missing(): Missing[] {
    return [...this.#open.values()].flatMap(({ posting, missing }) =>
      missing.filter((target) => this.#isOwed(posting, target)).map((target) => ({ posting, target })),
    );
  }

  /** This delivery is no longer expected. */
  excuse({ posting, target }: Missing): void {
    this.#excused.add(keyOf(posting.sentAt, target));
  }

  /** How many were excused. */
  get excused(): number {
    return this.#excused.size;
  }

  /** Arrivals beyond the first of their event at their target. */
  get duplicated(): number {
    let sum = 0;
    for (const { accepted, unknown } of this.#received.values()) sum += accepted + unknown - 1;
    return sum;
  }

  /** What arrived after its deadline, rings after the end of their call, messages after their edit. */
  get stale(): readonly Arrival[] {
    return this.#stale;
  }

  /** The event of this time, to be read. */
  nameOf(sentAt: number): string {
    const { kind, id, app } = this.#postings.get(sentAt) ?? {};
    return `${app} ${kind} ${id}`;
  }

  /** Nothing more is expected at this target. */
  #isSettled({ sentAt, kind }: Posting, target: string): boolean {
    if (this.#accepted(sentAt, target) || this.#excused.has(keyOf(sentAt, target))) return true;
    const change = this.#changes.get(sentAt);
    if (change === undefined) return false;
    // An edit and the end of a call replace what is still queued.
    return kind === 'ring' || this.#accepted(change.sentAt, target);
  }

  /**
   * The end of a call goes to the devices that rang; an edit goes to those who got the message, as long as it is known
   * (docs/rules/decision.md#retractions).
   */
  #isOwed({ kind, original = 0 }: Posting, target: string): boolean {
    if (kind === 'edit') return original > this.#forgottenUntil;
    return kind !== 'end' || this.#accepted(original, target);
  }

  #accepted(sentAt: number, target: string): boolean {
    return (this.#received.get(keyOf(sentAt, target))?.accepted ?? 0) > 0;
  }

  #isStale({ at, sentAt, target }: Arrival): boolean {
    const kind = this.#postings.get(sentAt)?.kind;
    const limit = kind === 'ring' || kind === 'end' ? DEADLINES_MS[kind] : undefined;
    if (limit !== undefined && at > sentAt + limit) return true;
    const change = this.#changes.get(sentAt);
    const changedAt = change && this.#received.get(keyOf(change.sentAt, target))?.firstAt;
    return changedAt !== undefined && at > changedAt;
  }
}

const keyOf = (sentAt: number, target: string): string => `${sentAt} ${target}`;
