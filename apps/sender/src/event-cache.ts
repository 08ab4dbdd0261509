import { type AcceptedEvent, conversationOf, type EventRef, type Profiles, shownUsers } from '@fanfare/core';
import { readEvent } from '@fanfare/ledger';
import { readGroup, readProfiles } from '@fanfare/store';
import type { Redis } from 'ioredis';

/** An event and the registered names and pictures its notifications need, the recipient's excepted. */
export interface LoadedEvent {
  accepted: AcceptedEvent;
  profiles: Profiles;
}

/** Events kept: enough that the recipients of one event, who come together, read it once. */
const CAPACITY = 500;

/** Characters of JSON kept: an event may have five million of them, and takes several times that in memory. */
const CAPACITY_CHARS = 16 * 1024 * 1024;

interface Entry {
  event: Promise<LoadedEvent | undefined>;
  /** Characters as JSON; 0 until it is read. */
  chars: number;
}

/** Reads events once for all of their deliveries that come by in a while; the least recently used go first. */
export class EventCache {
  readonly #queueRedis: Redis;
  readonly #registry: Redis;
  readonly #entries = new Map<string, Entry>();
  #chars = 0;

  constructor(queueRedis: Redis, registry: Redis) {
    this.#queueRedis = queueRedis;
    this.#registry = registry;
  }

  /** The event, or undefined when its record is gone. */
  get(ref: EventRef): Promise<LoadedEvent | undefined> {
    const known = this.#entries.get(ref.key);
    if (known) this.#entries.delete(ref.key);
    const entry = known ?? this.#load(ref);
    this.#entries.set(ref.key, entry);
    this.#shrink();
    return entry.event;
  }

  #load(ref: EventRef): Entry {
    const entry: Entry = { event: this.#read(ref), chars: 0 };
    entry.event.then(
      (loaded) => (loaded ? this.#weigh(ref.key, entry, loaded) : this.#drop(ref.key, entry)),
      () => this.#drop(ref.key, entry),
    );
    return entry;
  }

  #weigh(key: string, entry: Entry, { accepted }: LoadedEvent): void {
    // Pushed out while it was read.
    if (this.#entries.get(key) !== entry) return;
    entry.chars = JSON.stringify(accepted.event).length;
    this.#chars += entry.chars;
    this.#shrink();
  }

  #shrink(): void {
    for (const [key, entry] of this.#entries) {
      const fits = this.#entries.size <= CAPACITY && this.#chars <= CAPACITY_CHARS;
      if (fits || this.#entries.size === 1) return;
      this.#drop(key, entry);
    }
  }

  #drop(key: string, entry: Entry): void {
    if (this.#entries.get(key) !== entry) return;
    this.#entries.delete(key);
    this.#chars -= entry.chars;
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
