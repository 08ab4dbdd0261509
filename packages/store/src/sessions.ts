import { createHash, randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import { removeDevices } from './devices.ts';
import { keys } from './keys.ts';
import { createUser } from './user-record.ts';

/** A login of a person: the auth token it came with, known by its hash. */
export interface Session {
  /** SHA-256 of the auth token, in hex: names the login without telling the token. */
  session: string;
  uid: string;
  /** The first characters of the auth token, to tell logins apart. */
  prefix: string;
  /** Epoch ms. */
  createdAt: number;
}

const PREFIX_LENGTH = 8;

/**
 * Logins a person may have; the oldest goes. Ten times the push tokens they may have (docs/rules/cometchat.md#limits).
 */
const MAX_SESSIONS = 1000;

/** A login, not what stands for one in a device that was registered without. */
const SESSION = /^[0-9a-f]{64}$/;

/**
 * Mints an auth token. The token itself is returned this once and stored nowhere. Past 1,000 logins of a person the
 * oldest is ended.
 */
export async function createSession(
  redis: Redis,
  appId: string,
  uid: string,
  now: number,
): Promise<Session & { authToken: string }> {
  const authToken = `at_${randomBytes(24).toString('base64url')}`;
  const session: Session = {
    session: sessionOf(authToken),
    uid,
    prefix: authToken.slice(0, PREFIX_LENGTH),
    createdAt: now,
  };
  await createUser(redis, appId, uid, now);
  await redis.hset(keys.sessions(appId, uid), session.session, JSON.stringify(session));
  await redis.hset(keys.session(appId, session.session), { ...session });
  await endOldest(redis, appId, uid, session);
  return { ...session, authToken };
}

/** The login an auth token stands for, or undefined when it is unknown or has been revoked. */
export async function findSession(redis: Redis, appId: string, authToken: string): Promise<Session | undefined> {
  const stored = await redis.hgetall(keys.session(appId, sessionOf(authToken)));
  const { session, uid, prefix = '', createdAt } = stored;
  return session && uid ? { session, uid, prefix, createdAt: Number(createdAt) } : undefined;
}

/** A person's logins, oldest first. */
export async function listSessions(redis: Redis, appId: string, uid: string): Promise<Session[]> {
  const stored = await redis.hvals(keys.sessions(appId, uid));
  return stored.map((text) => JSON.parse(text) as Session).sort((a, b) => a.createdAt - b.createdAt);
}

/** Whether a login is there, and has not been ended. */
export const sessionExists = async (redis: Redis, appId: string, session: string): Promise<boolean> =>
  (await redis.exists(keys.session(appId, session))) === 1;

/**
 * Ends a login and drops its push tokens; `token` is the auth token or the session itself. False when the person has
 * no such login, nor anything left of one that was ended only half.
 */
export async function endSession(redis: Redis, appId: string, uid: string, token: string): Promise<boolean> {
  if (await end(redis, appId, uid, sessionOf(token))) return true;
  return SESSION.test(token) && end(redis, appId, uid, token);
}

async function endOldest(redis: Redis, appId: string, uid: string, newest: Session): Promise<void> {
  const over = (await redis.hlen(keys.sessions(appId, uid))) - MAX_SESSIONS;
  if (over <= 0) return;
  const others = (await listSessions(redis, appId, uid)).filter(({ session }) => session !== newest.session);
  for (const { session } of others.slice(0, over)) await end(redis, appId, uid, session);
}

/** The auth token first, the entry in the list last: what was ended only half opens nothing, and can be ended again. */
async function end(redis: Redis, appId: string, uid: string, session: string): Promise<boolean> {
  const key = keys.session(appId, session);
  const owner = await redis.hget(key, 'uid');
  if (owner !== null && owner !== uid) return false;
  const revoked = await redis.unlink(key);
  const devices = await removeDevices(redis, appId, uid, (device) => device.session === session);
  const listed = await redis.hdel(keys.sessions(appId, uid), session);
  return revoked + devices + listed > 0;
}

/** How an auth token is named where it must not be told. */
export const sessionOf = (authToken: string): string => createHash('sha256').update(authToken).digest('hex');
