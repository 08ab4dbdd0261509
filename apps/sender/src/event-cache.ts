import { type AcceptedEvent, conversationOf, type EventRef, type Profiles, shownUsers } from '@fanfare/core';
import { readEvent } from '@fanfare/ledger';
import { readGroup, readProfiles } from '@fanfare/store';
import type { Redis } from 'ioredis';
import { LRUCache } from 'lru-cache';

/** An event and the registered names and pictures its notifications need, the recipient's excepted. */
export interface LoadedEvent {
  accepted: AcceptedEvent;
  profiles: Profiles;
}

/** Events kept: enough that the recipients of one event, who come together, read it once. */
const CAPACITY = 500;

/** Characters of JSON kept: an event may have five million of them, and takes several times that in memory. */
const CAPACITY_CHARS = 16 * 1024 * 1024;

/** Reads events once for all of their deliveries that come by in a while; the least recently used go first. */
export class EventCache {
  readonly #queueRedis: Redis;
  readonly #registry: Redis;
  readonly #events = new LRUCache<string, LoadedEvent, EventRef>({
    max: CAPACITY,
    maxSize: CAPACITY_CHARS,
    // One that is larger than the whole cache is kept alone.
    sizeCalculation: ({ accepted }) => Math.min(JSON.stringify(accepted.event).length, CAPACITY_CHARS),
    fetchMethod: (_key, _stale, { context }) => this.#read(context),
    // One that is pushed out while it is read still goes to those who wait for it.
    ignoreFetchAbort: true,
  });

  constructor(queueRedis: Redis, registry: Redis) {
    this.#queueRedis = queueRedis;
    this.#registry = registry;
  }

  /** The event, or undefined when its record is gone. */
  get(ref: EventRef): Promise<LoadedEvent | undefined> {
    return this.#events.fetch(ref.key, { context: ref });
  }

  async #read(ref: EventRef): Promise<LoadedEvent | undefined> {
    const accepted = await readEvent(this.#queueRedis, ref);
    return accepted && { accepted, profiles: await this.#profiles(accepted) };
  }

  async #profiles({ appId, event }: AcceptedEvent): Promise<Profiles> {
    const conversation = conversationOf(event);
    const people = [event.sender.uid, ...shownUsers(event)];
    const [group, members] = await Promise.all([
      conversation?.type === 'group' ? readGroup(this.#registry, appId, conversation.id) : undefined,
      readProfiles(this.#registry, appId, people),
    ]);
    return { sender: members[event.sender.uid], receiver: group && { name: group.name, avatar: group.icon }, members };
  }
}
