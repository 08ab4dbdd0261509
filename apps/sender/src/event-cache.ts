import { type AcceptedEvent, conversationOf, type EventRef, type Profiles, shownUsers } from '@fanfare/core';
import { readGroup } from '@fanfare/store';
import type { Redis } from 'ioredis';
import type { LedgerReader } from './ledger-reader.ts';
import { ReadOnce } from './read-once.ts';
import type { TargetReader } from './target-reader.ts';

/**
 * An event, and the registered names and pictures for its notifications, except the recipient's. These may still be
 * being read, so that what else a pack needs is read at the same time.
 */
export interface LoadedEvent {
  accepted: AcceptedEvent;
  profiles: Promise<Profiles>;
}

/** Events kept: enough for the deliveries of one event, which arrive together, to read it only once. */
const CAPACITY = 500;

/** Characters of JSON kept. An event may have many, and takes several times as much memory. */
const CAPACITY_CHARS = 16 * 1024 * 1024;

/** Caches events for their deliveries; evicts the least recently used. */
export class EventCache {
  readonly #ledger: LedgerReader;
  readonly #people: TargetReader;
  readonly #registry: Redis;
  readonly #events = new ReadOnce<LoadedEvent>({
    max: CAPACITY,
    maxSize: CAPACITY_CHARS,
    // An event larger than the cache is kept alone.
    sizeCalculation: ({ accepted }) => Math.min(JSON.stringify(accepted.event).length, CAPACITY_CHARS),
  });

  constructor({ ledger, people, registry }: { ledger: LedgerReader; people: TargetReader; registry: Redis }) {
    this.#ledger = ledger;
    this.#people = people;
    this.#registry = registry;
  }

  /** The event; undefined if its record has expired. */
  get(ref: EventRef): Promise<LoadedEvent | undefined> {
    return this.#events.get(ref.key, () => this.#read(ref));
  }

  async #read(ref: EventRef): Promise<LoadedEvent | undefined> {
    const accepted = await this.#ledger.event(ref);
    if (!accepted) return undefined;
    const profiles = this.#profiles(accepted);
    // The next pack tries again; the event may only just be getting into the cache.
    profiles.catch(() => setImmediate(() => this.#events.delete(ref.key)));
    return { accepted, profiles };
  }

  async #profiles({ appId, event }: AcceptedEvent): Promise<Profiles> {
    const conversation = conversationOf(event);
    const uids = [event.sender.uid, ...shownUsers(event)];
    const [group, members] = await Promise.all([
      conversation?.type === 'group' ? readGroup(this.#registry, appId, conversation.id) : undefined,
      this.#people.profiles(appId, uids),
    ]);
    return { sender: members[event.sender.uid], receiver: group && { name: group.name, avatar: group.icon }, members };
  }
}
