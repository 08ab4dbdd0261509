import type { Lane, ProviderKind } from './common-types.ts';

/** An app. Quotas that it does not have are the defaults. */
export interface App {
  appId: string;
  name: string;
  region: string;
  pushEnabled: boolean;
  quotas: Quotas<number>;
  /** Epoch seconds. */
  createdAt: number;
}

/** The quotas of an app. */
export type Quotas<T> = Partial<
  Record<'users' | 'groups' | 'members' | 'devicesPerUser' | 'openEvents' | 'openCalls' | 'openMegabytes', T>
>;

/** Changes of an app; a quota of `null` restores the default. */
export interface AppChanges {
  name?: string;
  region?: string;
  pushEnabled?: boolean;
  quotas?: Quotas<number | null>;
}

export type ApiKeyScope = 'publish' | 'manage';

/** An API key without its secret. */
export interface ApiKey {
  id: string;
  name: string;
  scopes: ApiKeyScope[];
  /** The first characters of the key. */
  prefix: string;
  /** Epoch seconds, as is the next. */
  createdAt: number;
  /** To the minute; absent if it has not been used. */
  lastUsedAt?: number;
}

/** A new API key. */
export interface NewApiKey extends ApiKey {
  apiKey: string;
}

/** The state of the system. */
export interface SystemState {
  /** Epoch ms. */
  at: number;
  /** In sentences, the worst first. */
  verdict: { level: 'critical' | 'warning' | 'ok'; code: string; appId?: string; sentence: string }[];
  processes: {
    id: string;
    role: 'ingest' | 'fanout' | 'sender' | 'console';
    version: string;
    host: string;
    pid: number;
    /** Epoch ms, as is the next. */
    startedAt: number;
    seenAt: number;
    providers?: string[];
    shards?: number[];
    /** Sends waiting for an answer. */
    inFlight?: number;
    /** What the sweeper of a fan-out has done since the process started. */
    sweeper?: {
      /** Its last complete run, epoch ms. */
      lastRunAt?: number;
      tookMs?: number;
      restored: number;
      expired: number;
      trimmed: number;
    };
  }[];
  /** Endpoints and credentials that refuse. */
  breakers: {
    appId: string;
    provider: ProviderKind;
    target: 'endpoint' | 'credential';
    name: string;
    reason: string;
    /** Epoch ms, as is the next. */
    since: number;
    until?: number;
    /** Deliveries outside the queues. */
    held: Record<Lane, number>;
    waiting: number;
  }[];
  lanes: {
    lane: Lane;
    openEvents: number;
    oldestMs: number;
    waiting: number;
    active: number;
    delayed: number;
    held: number;
    /** When an operator paused it, epoch ms; absent while it runs. */
    pausedSince?: number;
  }[];
  redis: {
    /** Used share of `maxmemory`. */
    fullness: number;
    stops: string[];
    registryFullness?: number;
    durability: 'disk' | 'second' | 'none' | 'unknown';
    maxmemoryPolicy: string;
    replicas: string;
  };
}

/** What one process runs with. */
export interface ProcessConfiguration extends Pick<SystemState['processes'][number], 'id' | 'role' | 'host' | 'pid'> {
  /** Variables without secrets; `value` is absent if there is none, `isSet`: it differs from the default. */
  settings: { name: string; value?: string; isSet: boolean }[];
}

/** One change. */
export interface AuditEntry {
  id: string;
  /** Epoch ms. */
  at: number;
  appId?: string;
  /** `admin`, or `key:` and the id of an API key. */
  who: string;
  /** The person, as the caller named them. */
  actor?: string;
  /** What was done, e.g. `Change app`; absent in entries that an older release wrote. */
  action?: string;
  /** The operation of the API, e.g. `PATCH /v3/apps/{appId}`. */
  operation: string;
  ids: Record<string, string>;
  fields: string[];
}
