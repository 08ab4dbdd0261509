import type { Lane, ProviderKind } from '@fanfare/core';
import { type Gate, gateId } from '@fanfare/ledger';
import { OriginPlaces } from '@fanfare/providers';
import { Endpoint } from './endpoint.ts';
import { originOf } from './gate-of.ts';
import { InHand } from './in-hand.ts';
import { Places } from './places.ts';

/** What a process shares between the sends of one provider and lane. */
export interface SendLane {
  places: Places;
  inHand: InHand;
  /** Sends in flight to one endpoint of an app, or to one origin across all apps. */
  limit: number;
  origins: OriginPlaces;
}

export interface EndpointsDeps {
  /** Sends in flight at a time, by lane; for each provider. */
  concurrency: Record<Lane, number>;
  /** The most to one endpoint. */
  limits: Record<Lane, number>;
  now(): number;
}

/** Deliveries in hand, as a multiple of the sends in flight. A job of the bulk lane may contain as many as those. */
const IN_HAND: Record<Lane, number> = { call: 2, chat: 2, bulk: 6 };

/** Endpoints kept; those without sends in flight are forgotten first, the longest unused ones. */
const MAX_ENDPOINTS = 10_000;

/** How many deliveries of a lane a process has in hand, for this many sends in flight. */
export const inHandOf = (lane: Lane, concurrency: number): number => IN_HAND[lane] * concurrency;

/**
 * The same while several apps have deliveries, without those in flight: a quarter keeps the process busy, and an app
 * that has few waits for fewer of another's. Bulk has few jobs anyway.
 */
export const inHandBesideOf = (lane: Lane, concurrency: number): number =>
  Math.ceil(inHandOf(lane, concurrency) / (lane === 'chat' ? 4 : 1));

/** The endpoints and credentials that this process sends to, and the places they share by provider and lane. */
export class Endpoints {
  readonly #deps: EndpointsDeps;
  readonly #lanes = new Map<string, SendLane>();
  readonly #endpoints = new Map<string, Endpoint>();
  /** The ids of gates in use: making one costs more than the look-up. */
  readonly #ids = new WeakMap<Gate, string>();
  #latest: Endpoint | undefined;

  constructor(deps: EndpointsDeps) {
    this.#deps = deps;
  }

  /** What the sends of a provider and lane share. */
  lane({ provider, lane }: { provider: ProviderKind; lane: Lane }): SendLane {
    const id = `${provider} ${lane}`;
    const known = this.#lanes.get(id);
    if (known) return known;
    const { concurrency, limits, now } = this.#deps;
    const made: SendLane = {
      places: new Places(concurrency[lane], now),
      inHand: new InHand(inHandOf(lane, concurrency[lane]), now),
      limit: limits[lane],
      origins: new OriginPlaces(),
    };
    this.#lanes.set(id, made);
    return made;
  }

  /** The endpoint behind a gate; undefined if nothing was sent to it lately. */
  known(gate: Gate): Endpoint | undefined {
    return this.#endpoints.get(this.#idOf(gate));
  }

  /** The same, made if there is none. */
  of(gate: Gate): Endpoint {
    const id = this.#idOf(gate);
    const known = this.#endpoints.get(id);
    if (known && known === this.#latest) return known;
    const endpoint = known ?? this.#make(gate);
    // The last in the map is the last used.
    if (known) this.#endpoints.delete(id);
    this.#endpoints.set(id, endpoint);
    this.#latest = endpoint;
    if (this.#endpoints.size > MAX_ENDPOINTS) this.#forgetOldest();
    return endpoint;
  }

  #idOf(gate: Gate): string {
    const known = this.#ids.get(gate);
    if (known !== undefined) return known;
    const id = gateId(gate);
    this.#ids.set(gate, id);
    return id;
  }

  #make(gate: Gate): Endpoint {
    const { limit, origins } = this.lane(gate);
    // A push service needs no limit across apps.
    if (gate.provider !== 'custom') return new Endpoint(gate, limit);
    return new Endpoint(gate, limit, { places: origins, name: originOf(gate), now: this.#deps.now });
  }

  #forgetOldest(): void {
    for (const [id, { inFlight }] of this.#endpoints) {
      if (inFlight > 0) continue;
      this.#endpoints.delete(id);
      return;
    }
  }
}
