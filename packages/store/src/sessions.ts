import { hash, randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import { removeDevices } from './devices.ts';
import { keys } from './keys.ts';
import { createUser } from './user-record.ts';

/** A session of a user: one login, known by the hash of its auth token. */
export interface Session {
  /** SHA-256 of the auth token, in hex: identifies the session without revealing the token. */
  session: string;
  uid: string;
  /** The first characters of the auth token, to tell sessions apart. */
  prefix: string;
  /** Epoch ms. */
  createdAt: number;
}

const PREFIX_LENGTH = 8;

/**
 * Sessions a user may have; beyond that the oldest ends. Ten times the limit of push tokens
 * (docs/rules/cometchat.md#limits).
 */
const MAX_SESSIONS = 1000;

/** Matches a real session, not the stand-in of a device registered without one. */
const SESSION = /^[0-9a-f]{64}$/;

/**
 * Creates a session. Its auth token is returned only here and stored nowhere. Beyond 1,000 sessions of a user, the
 * oldest ends.
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

/**
 * The session of an auth token, or undefined when it is unknown, revoked or expired. With `idleS` it expires unless it
 * is used again within so many seconds. Its push tokens stay: a user who only reads notifications uses no auth token.
 */
export async function findSession(
  redis: Redis,
  appId: string,
  authToken: string,
  idleS = 0,
): Promise<Session | undefined> {
  const key = keys.session(appId, sessionOf(authToken));
  const [stored] = await Promise.all([redis.hgetall(key), idleS > 0 ? redis.expire(key, idleS) : undefined]);
  const { session, uid, prefix = '', createdAt } = stored;
  return session && uid ? { session, uid, prefix, createdAt: Number(createdAt) } : undefined;
}

/** A user's sessions, oldest first. */
export async function listSessions(redis: Redis, appId: string, uid: string): Promise<Session[]> {
  const stored = await redis.hvals(keys.sessions(appId, uid));
  return stored.map((text) => JSON.parse(text) as Session).sort((a, b) => a.createdAt - b.createdAt);
}

/** Whether a session exists and has not ended. */
export const sessionExists = async (redis: Redis, appId: string, session: string): Promise<boolean> =>
  (await redis.exists(keys.session(appId, session))) === 1;

/**
 * Ends a session and drops its push tokens; `token` is the auth token or the session id. False when the user has no
 * such session, nor remains of one whose end was interrupted.
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

/**
 * The auth token first, the list entry last: a session that was only half ended grants no access and can be ended
 * again.
 */
async function end(redis: Redis, appId: string, uid: string, session: string): Promise<boolean> {
  const key = keys.session(appId, session);
  const owner = await redis.hget(key, 'uid');
  if (owner !== null && owner !== uid) return false;
  const revoked = await redis.unlink(key);
  const devices = await removeDevices(redis, appId, uid, (device) => device.session === session);
  const listed = await redis.hdel(keys.sessions(appId, uid), session);
  return revoked + devices + listed > 0;
}

/** The id of an auth token, safe to show. */
export const sessionOf = (authToken: string): string => hash('sha256', authToken, 'hex');
