import { ADMISSION_LIMITS } from '@fanfare/ledger';
import { AdmissionModel } from '@fanfare/testkit';
import type { VirtualTime } from './events.ts';

/** What fan-out takes for a slice, ms. */
const SLICE_MS = 5;
/** Recipients of a slice. */
export const SLICE = 300;
/** PACK_CHAT. */
const PACK = 25;
const PROVIDER = 'custom';

/** A delivery on its way from its event to its end. */
export interface Delivery {
  app: number;
  deadlineAt: number;
  /** When its event was received. */
  createdAt: number;
  attempts: number;
  state: 'open' | 'accepted' | 'expired' | 'rejected';
  settledAt: number;
  /** How its app's load counts it: not at all while it is held, and at the end. */
  load: 'ready' | 'retrying' | 'none';
}

interface Event {
  key: string;
  app: number;
  members: number;
  planned: number;
  receivedAt: number;
}

interface IntakeOptions {
  time: VirtualTime;
  deadlineMs: number;
  /** Takes a job: deliveries of one event. */
  enqueue(pack: Delivery[]): void;
}

/** Ingest and fan-out of chat: events are admitted, planned slice by slice while their app has room, and packed. */
export class Intake {
  readonly deliveries: Delivery[] = [];
  /** The most that an app ever had: events admitted, and deliveries ready. */
  mostAdmitted = 0;
  mostReady = 0;
  readonly #options: IntakeOptions;
  readonly #events = new Map<string, Event>();
  readonly #admission: AdmissionModel;
  #settled = 0;
  #accepted = 0;

  constructor(options: IntakeOptions) {
    const { ready, assumedSize, ...limits } = ADMISSION_LIMITS;
    this.#options = options;
    this.#admission = new AdmissionModel({ ...limits, ready: ready.chat, assumedSize: assumedSize.chat });
  }

  /** Events that were accepted and are not fully planned. */
  get unplanned(): number {
    return this.#events.size;
  }

  /** Events and deliveries that are not at their end. */
  get left(): number {
    return this.#events.size + this.deliveries.length - this.#settled;
  }

  /** A delivery is at its end. */
  settled(delivery: Delivery): void {
    this.#settled++;
    this.count(delivery, 'none');
  }

  /** An event for so many recipients. */
  accept(app: number, members: number): void {
    const receivedAt = this.#options.time.now;
    const key = `event-${this.#accepted++}`;
    this.#events.set(key, { key, app, members, planned: 0, receivedAt });
    this.#start(this.#admission.accept(appOf(app), [{ key, receivedAt }]));
    this.mostAdmitted = Math.max(this.mostAdmitted, this.#admission.admittedOf(appOf(app)));
  }

  /** A delivery counts differently now; events of its app may go on. */
  count(delivery: Delivery, load: Delivery['load']): void {
    const app = appOf(delivery.app);
    if (delivery.load === load) return;
    if (delivery.load === 'ready') this.#admission.countReady(app, PROVIDER, -1);
    if (delivery.load === 'retrying') this.#admission.countRetrying(app, PROVIDER, -1);
    delivery.load = load;
    if (load === 'ready') this.#admission.countReady(app, PROVIDER, 1);
    if (load === 'retrying') this.#admission.countRetrying(app, PROVIDER, 1);
    if (load === 'none') this.#start(this.#admission.admitWaiting(app));
  }

  #start(keys: readonly string[]): void {
    for (const key of keys) this.#options.time.in(SLICE_MS, () => this.#expand(this.#events.get(key) as Event));
  }

  /** One slice, unless the app has enough ready. */
  #expand(event: Event): void {
    const { time, deadlineMs, enqueue } = this.#options;
    const app = appOf(event.app);
    if (this.#admission.isLoaded(app)) {
      this.#admission.park(event.key);
      return;
    }
    const { receivedAt } = event;
    const slice = Array.from(
      { length: Math.min(SLICE, event.members - event.planned) },
      (): Delivery => ({
        app: event.app,
        deadlineAt: receivedAt + deadlineMs,
        createdAt: receivedAt,
        attempts: 0,
        state: 'open',
        settledAt: 0,
        load: 'none',
      }),
    );
    this.deliveries.push(...slice);
    for (const delivery of slice) this.count(delivery, 'ready');
    this.mostReady = Math.max(this.mostReady, this.#admission.readyOf(app, PROVIDER));
    for (let from = 0; from < slice.length; from += PACK) enqueue(slice.slice(from, from + PACK));
    event.planned += slice.length;
    if (event.planned < event.members) {
      time.in(SLICE_MS, () => this.#expand(event));
      return;
    }
    this.#events.delete(event.key);
    this.#start(this.#admission.finishPlanning(event.key, event.members));
  }
}

export const appOf = (app: number): string => `app-${app}`;
