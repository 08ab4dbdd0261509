import type { Redis } from 'ioredis';
import { keys } from './keys.ts';

/** The most that an app may have. */
export interface Quotas {
  /** Users with a record. */
  users: number;
  groups: number;
  /** Memberships, over all groups. */
  members: number;
  /** Push tokens per user. */
  devicesPerUser: number;
  /** Open events that are not calls. */
  openEvents: number;
  openCalls: number;
  /** The size of either in megabytes. */
  openMegabytes: number;
}

const NAMES: readonly (keyof Quotas)[] = [
  'users',
  'groups',
  'members',
  'devicesPerUser',
  'openEvents',
  'openCalls',
  'openMegabytes',
];

/** The field of an app's hash with a quota of its own; one field each, so that concurrent changes all count. */
export const quotaField = (name: string): string => `quota:${name}`;

/** The quotas the operator has set for an app; for all others the defaults of ingest apply. */
export async function readQuotas(redis: Redis, appId: string): Promise<Partial<Quotas>> {
  const texts = await redis.hmget(keys.app(appId), ...NAMES.map(quotaField));
  return quotasIn((_, i) => texts[i]);
}

/** The same from an app's hash. */
export const decodeQuotas = (hash: Record<string, string>): Partial<Quotas> =>
  quotasIn((name) => hash[quotaField(name)]);

const quotasIn = (textOf: (name: keyof Quotas, i: number) => string | null | undefined): Partial<Quotas> =>
  Object.fromEntries(
    NAMES.flatMap((name, i) => {
      const text = textOf(name, i);
      return text ? [[name, Number(text)]] : [];
    }),
  );
