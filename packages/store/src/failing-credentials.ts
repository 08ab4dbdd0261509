import type { ProviderKind } from '@fanfare/core';
import { commandEach } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { keys } from './keys.ts';

/** A credential of an app. */
interface Credential {
  appId: string;
  kind: Exclude<ProviderKind, 'custom'>;
  id: string;
}

/** The field of an app's hash that marks a credential as failing. */
export const failingField = (kind: Credential['kind'], id: string) => `failing:${kind}:${id}`;

/** Lists a credential that is about to be marked, so that failing ones are found without reading every app. */
export async function listFailing(redis: Redis, { appId, kind, id }: Credential): Promise<void> {
  await redis.sadd(keys.failingCredentials(), `${appId} ${kind} ${id}`);
}

/**
 * The credentials of all apps that are marked as failing. Takes those off the list that work again, were replaced or
 * deleted.
 */
export async function readFailingCredentials(redis: Redis): Promise<Credential[]> {
  const listed = await redis.smembers(keys.failingCredentials());
  const credentials = listed.map(parseMember);
  const marks = await commandEach(redis, credentials, (commands, { appId, kind, id }) =>
    commands.hget(keys.app(appId), failingField(kind, id)),
  );
  const outdated = listed.filter((_, i) => !marks[i]);
  if (outdated.length > 0) await redis.srem(keys.failingCredentials(), ...outdated);
  return credentials.filter((_, i) => marks[i]);
}

function parseMember(member: string): Credential {
  const [appId, kind, ...id] = member.split(' ');
  return { appId: appId as string, kind: kind as Credential['kind'], id: id.join(' ') };
}

/** Where the number of failing credentials is shown. */
export interface RegistryGauges {
  credentialsFailing: { set(labels: { provider: string }, value: number): void; reset(): void };
}

/** Updates the gauge of failing credentials; it shows nothing when Redis cannot be read. */
export async function readRegistryGauges(redis: Redis, { credentialsFailing }: RegistryGauges): Promise<void> {
  try {
    const failing = await readFailingCredentials(redis);
    for (const provider of ['fcm', 'apns']) {
      credentialsFailing.set({ provider }, failing.filter(({ kind }) => kind === provider).length);
    }
  } catch {
    credentialsFailing.reset();
  }
}
