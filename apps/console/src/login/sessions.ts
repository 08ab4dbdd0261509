import { createHash, createHmac, randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import { type Passwords, ROLES, type Role } from './passwords.ts';

/** How long a session lasts without a request. */
const TTL_S = 12 * 3600;

/**
 * Who is logged in, in Redis, so that every console knows it and a logout is one everywhere. Redis holds only digests:
 * whoever reads it cannot take over a session. Each is bound to the password it was opened with and ends when that
 * password is changed.
 */
export class Sessions {
  readonly #redis: Redis;
  readonly #passwords: Passwords;

  constructor(redis: Redis, passwords: Passwords) {
    this.#redis = redis;
    this.#passwords = passwords;
  }

  /** Opens a session; its id is the secret the browser keeps. */
  async open(role: Role): Promise<string> {
    const id = randomBytes(32).toString('base64url');
    await this.#redis.set(keyOf(id), this.#proof(role, id), 'EX', TTL_S);
    return id;
  }

  /** Whose session this is; it lasts twelve hours more from now. Undefined when there is no such session any more. */
  async roleOf(id: string | undefined): Promise<Role | undefined> {
    if (!id) return undefined;
    const proof = await this.#redis.getex(keyOf(id), 'EX', TTL_S);
    return ROLES.find((role) => this.#passwords[role] !== undefined && proof === this.#proof(role, id));
  }

  /** Ends a session; one that is not there is ended already. */
  async end(id: string): Promise<void> {
    await this.#redis.del(keyOf(id));
  }

  /** What only somebody with both the session's id and the role's password can compute. */
  #proof(role: Role, id: string): string {
    return createHmac('sha256', `${role}:${this.#passwords[role]}`).update(id).digest('hex');
  }
}

const keyOf = (id: string): string => `console:session:${createHash('sha256').update(id).digest('hex')}`;
