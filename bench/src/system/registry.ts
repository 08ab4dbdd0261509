import { addMembers, createSession, findAppId, registerDevice, upsertUser } from '@fanfare/store';
import type { Redis } from 'ioredis';
import { fcmToken } from '../providers/pushes.ts';
import { uidOf } from './events.ts';

/** Users and members written at once. */
const BATCH = 2000;

/** Fills an app's registry directly, because over HTTP a large one takes minutes. */
export class Registry {
  readonly #redis: Redis;
  readonly #appId: string;
  #devices = 0;

  private constructor(redis: Redis, appId: string) {
    this.#redis = redis;
    this.#appId = appId;
  }

  /** @throws if there is no such app. */
  static async of(redis: Redis, appId: string): Promise<Registry> {
    const internal = await findAppId(redis, appId);
    if (internal === undefined) throw new Error(`there is no app ${appId}`);
    return new Registry(redis, internal);
  }

  /** The first `count` users, by name. */
  async createUsers(count: number): Promise<void> {
    const users = Array.from({ length: count }, (_, n) => n);
    await Promise.all(
      users.map((n) => upsertUser(this.#redis, this.#appId, uidOf(n), { name: `User ${n}` }, Date.now())),
    );
  }

  /** Logs each of the first `count` users in; their auth tokens. */
  async createSessions(count: number): Promise<string[]> {
    const users = Array.from({ length: count }, (_, n) => uidOf(n));
    const sessions = await Promise.all(users.map((uid) => createSession(this.#redis, this.#appId, uid, Date.now())));
    return sessions.map(({ authToken }) => authToken);
  }

  /** Gives each of the first `count` users an Android phone. */
  async createDevices(count: number): Promise<void> {
    await this.#withoutSync(async () => {
      for (; this.#devices < count; this.#devices += BATCH) {
        const users = Array.from({ length: Math.min(BATCH, count - this.#devices) }, (_, i) => this.#devices + i);
        await Promise.all(users.map((n) => this.createDevice(uidOf(n), fcmToken(n))));
      }
    });
  }

  async createDevice(uid: string, token: string, providerId = 'fcm-1'): Promise<void> {
    const device = { platform: 'fcm_android', providerId, token } as const;
    await registerDevice(this.#redis, this.#appId, uid, device, Date.now());
  }

  /** Makes a group of the first `size` users. */
  async createGroup(group: string, size: number): Promise<void> {
    await this.#withoutSync(async () => {
      for (let from = 0; from < size; from += BATCH) {
        const uids = Array.from({ length: Math.min(BATCH, size - from) }, (_, i) => uidOf(from + i));
        await addMembers(this.#redis, this.#appId, group, uids, Date.now());
      }
    });
  }

  async #withoutSync(write: () => Promise<void>): Promise<void> {
    await this.#redis.config('SET', 'appendfsync', 'no');
    await write();
    await this.#redis.config('SET', 'appendfsync', 'always');
  }
}
