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

/** The quotas the operator has set for an app, from its hash; for all others the defaults of ingest apply. */
export const decodeQuotas = (hash: Record<string, string>): Partial<Quotas> =>
  Object.fromEntries(
    NAMES.flatMap((name) => {
      const text = hash[quotaField(name)];
      return text ? [[name, Number(text)]] : [];
    }),
  );
