import { createHash, createHmac, randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import { type Passwords, ROLES, type Role } from './passwords.ts';

/** How long a session lasts without a request. */
const TTL_S = 12 * 3600;

/**
 * Sessions in Redis, shared by all consoles, so that a logout applies everywhere. Redis has only digests, so reading it
 * does not allow taking over a session. Each session is bound to its password and ends when that changes.
 */
export class Sessions {
  readonly #redis: Redis;
  readonly #passwords: Passwords;

  constructor(redis: Redis, passwords: Passwords) {
    this.#redis = redis;
    this.#passwords = passwords;
  }

  /** Creates a session. Its id is the secret in the browser's cookie. */
  async open(role: Role): Promise<string> {
    const id = randomBytes(32).toString('base64url');
    await this.#redis.set(keyOf(id), this.#proof(role, id), 'EX', TTL_S);
    return id;
  }

  /** The role of a session, which is extended to twelve hours from now. Undefined if the session has ended. */
  async roleOf(id: string | undefined): Promise<Role | undefined> {
    if (!id) return undefined;
    const proof = await this.#redis.getex(keyOf(id), 'EX', TTL_S);
    return ROLES.find((role) => this.#passwords[role] !== undefined && proof === this.#proof(role, id));
  }

  /** Ends a session; does nothing if there is none. */
  async end(id: string): Promise<void> {
    await this.#redis.del(keyOf(id));
  }

  /** A proof that requires both the session id and the role's password. */
  #proof(role: Role, id: string): string {
    return createHmac('sha256', `${role}:${this.#passwords[role]}`).update(id).digest('hex');
  }
}

const keyOf = (id: string): string => `console:session:${createHash('sha256').update(id).digest('hex')}`;
