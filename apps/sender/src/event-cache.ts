import { type AcceptedEvent, type EventRef, type Profiles, peopleShown } from '@fanfare/core';
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

/** Reads events once for all of their deliveries that come by in a while; the least recently used go first. */
export class EventCache {
  readonly #queueRedis: Redis;
  readonly #registry: Redis;
  readonly #events = new Map<string, Promise<LoadedEvent | undefined>>();

  constructor(queueRedis: Redis, registry: Redis) {
    this.#queueRedis = queueRedis;
    this.#registry = registry;
  }

  /** The event, or undefined when its record is gone. */
  get(ref: EventRef): Promise<LoadedEvent | undefined> {
    const known = this.#events.get(ref.key);
    if (known !== undefined) this.#events.delete(ref.key);
    const loaded = known ?? this.#load(ref);
    this.#events.set(ref.key, loaded);
    if (this.#events.size > CAPACITY) this.#events.delete(this.#events.keys().next().value as string);
    return loaded;
  }

  #load(ref: EventRef): Promise<LoadedEvent | undefined> {
    const loading = this.#read(ref);
    loading.then(
      (loaded) => loaded ?? this.#events.delete(ref.key),
      () => this.#events.delete(ref.key),
    );
    return loading;
  }

  async #read(ref: EventRef): Promise<LoadedEvent | undefined> {
    const accepted = await readEvent(this.#queueRedis, ref);
    return accepted && { accepted, profiles: await this.#profiles(accepted) };
  }

  async #profiles({ appId, event }: AcceptedEvent): Promise<Profiles> {
    const conversation = 'conversation' in event ? event.conversation : undefined;
    const people = [event.sender.uid, ...peopleShown(event)];
    const [group, members] = await Promise.all([
      conversation?.type === 'group' ? readGroup(this.#registry, appId, conversation.id) : undefined,
      readProfiles(this.#registry, appId, people),
    ]);
    return { sender: members[event.sender.uid], receiver: group && { name: group.name, avatar: group.icon }, members };
  }
}
