import { script } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { listApps } from './apps.ts';
import { keys } from './keys.ts';
import { MEMBERSHIP_SECRET, membershipContext } from './membership.ts';
import { type SecretBox, UndecryptableSecret } from './secrets.ts';

/** The result for one stored secret. */
export interface Resealed {
  appId: string;
  /** E.g. `custom`, `fcm fcm-1` or `membership`. */
  what: string;
  /** `unreadable`: no configured key opens it. */
  outcome: 'resealed' | 'current' | 'unreadable';
}

/** Writes a field if it still is what it was. */
const REPLACE = script<number>(`
-- KEYS app
-- ARGV field, text before, text
-- returns 1, or 0 when the field has changed
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
redis.call('HINCRBY', KEYS[1], 'v', 1)
return 1`);

/**
 * Encrypts the secrets of every app anew where another key than the current one was used. May be repeated, and run
 * beside everything else: what is changed meanwhile is left alone, as it is encrypted with the current key already.
 */
export async function* resealSecrets(
  redis: Redis,
  boxes: { providers: SecretBox; membership: SecretBox },
): AsyncGenerator<Resealed> {
  for (const { appId } of await listApps(redis)) {
    const hash = await redis.hgetall(keys.app(appId));
    for (const [field, text] of Object.entries(hash)) {
      const secret = secretIn(appId, field, text, boxes);
      if (secret) yield { appId, what: secret.what, outcome: await reseal(redis, appId, { field, text }, secret) };
    }
  }
}

/** One stored secret: the encrypted text, and how to put another in its place. */
interface Secret {
  what: string;
  box: SecretBox;
  sealed: string;
  context: string;
  textWith(sealed: string): string;
}

function secretIn(
  appId: string,
  field: string,
  text: string,
  { providers, membership }: { providers: SecretBox; membership: SecretBox },
): Secret | undefined {
  if (field === MEMBERSHIP_SECRET) {
    const context = membershipContext(appId);
    return { what: 'membership', box: membership, sealed: text, context, textWith: (sealed) => sealed };
  }
  const [, kind, id] = /^p:(custom|fcm|apns)(?::(.+))?$/.exec(field) ?? [];
  if (kind === undefined) return undefined;
  const stored = JSON.parse(text) as { sealed: string };
  return {
    what: id === undefined ? kind : `${kind} ${id}`,
    box: providers,
    sealed: stored.sealed,
    context: `${appId}|${kind}|${id ?? kind}`,
    textWith: (sealed) => JSON.stringify({ ...stored, sealed }),
  };
}

async function reseal(
  redis: Redis,
  appId: string,
  { field, text }: { field: string; text: string },
  { box, sealed, context, textWith }: Secret,
): Promise<Resealed['outcome']> {
  if (box.isCurrent(sealed)) return 'current';
  try {
    const plain = box.open(sealed, context);
    await REPLACE(redis, [keys.app(appId)], [field, text, textWith(box.seal(plain, context))]);
    return 'resealed';
  } catch (error) {
    if (!(error instanceof UndecryptableSecret)) throw error;
    return 'unreadable';
  }
}
