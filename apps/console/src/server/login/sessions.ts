import { createHash, createHmac, randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import { type Passwords, ROLES, type Role } from './passwords.ts';

/** How long a session lasts without a request. */
const TTL_S = 12 * 3600;

/** How long a session lasts at most, ms. */
const LONGEST_MS = 24 * 3_600_000;

/**
 * Sessions in Redis, shared by all consoles, so that a logout applies everywhere. Redis has only digests, so reading it
 * does not allow taking over a session. Each session is bound to its password and ends when that changes.
 */
export class Sessions {
  readonly #redis: Redis;
  readonly #passwords: Passwords;
  readonly #now: () => number;

  constructor(redis: Redis, passwords: Passwords, now: () => number) {
    this.#redis = redis;
    this.#passwords = passwords;
    this.#now = now;
  }

  /** Creates a session. Its id is the secret in the browser's cookie. */
  async open(role: Role): Promise<string> {
    const id = randomBytes(32).toString('base64url');
    const until = String(this.#now() + LONGEST_MS);
    await this.#redis.set(keyOf(id), `${until} ${this.#proof(role, id, until)}`, 'EX', TTL_S);
    return id;
  }

  /**
   * The role of a session, which is extended to twelve hours from now, but never beyond a day from its login. Undefined
   * if the session has ended.
   */
  async roleOf(id: string | undefined): Promise<Role | undefined> {
    if (!id) return undefined;
    const [until = '', proof] = (await this.#redis.get(keyOf(id)))?.split(' ') ?? [];
    const leftS = Math.ceil((Number(until) - this.#now()) / 1000);
    if (proof === undefined || leftS <= 0) return undefined;
    const role = ROLES.find((one) => this.#passwords[one] !== undefined && proof === this.#proof(one, id, until));
    if (role !== undefined) await this.#redis.expire(keyOf(id), Math.min(TTL_S, leftS));
    return role;
  }

  /** Ends a session; does nothing if there is none. */
  async end(id: string): Promise<void> {
    await this.#redis.del(keyOf(id));
  }

  /** A proof that requires both the session id and the role's password; it covers the end of the session. */
  #proof(role: Role, id: string, until: string): string {
    return createHmac('sha256', `${role}:${this.#passwords[role]}`).update(`${id} ${until}`).digest('hex');
  }
}

const keyOf = (id: string): string => `console:session:${createHash('sha256').update(id).digest('hex')}`;
