import { openLean } from '../lean-http2/connection.ts';
import { openNode } from '../node-http2/connection.ts';
import { trusting } from '../wire/trust.ts';
import type { OpenConnection } from './connection.ts';
import type { OnConnection } from './connection-events.ts';
import { type PoolOptions, SessionPool } from './pool.ts';

/** Tunable settings; meanings and units are those of `PoolOptions`. */
export type PoolTuning = Partial<
  Omit<PoolOptions, 'open' | 'origin' | 'secureContext' | 'now' | 'random' | 'timeoutMs'>
>;

const SECOND = 1000;
const MINUTE = 60 * SECOND;

const DEFAULTS = {
  /** Both services announce their limit at once; RFC 9113 advises servers against less than 100. */
  startStreams: 100,
  connectTimeoutMs: 5 * SECOND,
  /** FCM ends connections after about an hour; closing earlier is cheaper than being disconnected. */
  maxAgeMs: 55 * MINUTE,
  pingAfterMs: 2 * SECOND,
  killAfterMs: 2 * SECOND,
  maxSessions: 16,
  maxWaiting: 10_000,
};

/** HTTP/2 clients: `lean` is ours, `node` Node's own. */
export type Http2Client = 'lean' | 'node';

const CLIENTS: Record<Http2Client, OpenConnection> = { lean: openLean, node: openNode };

/** Creates the pools of one provider: shared TLS settings, clock and tuning. */
export interface PoolFactoryOptions {
  /** Default: lean. */
  client?: Http2Client | undefined;
  timeoutMs: number;
  /** PEM certificates trusted in addition to those built into Node. */
  extraCa?: string | undefined;
  tuning?: PoolTuning | undefined;
  onConnection?: OnConnection | undefined;
  now: () => number;
  random: () => number;
}

/** Opens a pool to an origin; `own` are settings of the origin, which `tuning` overrides. */
export type CreatePool = (origin: string, own?: PoolTuning) => SessionPool;

/** Throws when `extraCa` is malformed. */
export function poolFactory({ client = 'lean', extraCa, tuning, ...options }: PoolFactoryOptions): CreatePool {
  const secureContext = extraCa === undefined ? undefined : trusting(extraCa);
  const open = CLIENTS[client];
  return (origin, own) => new SessionPool({ ...DEFAULTS, ...options, ...own, ...tuning, open, origin, secureContext });
}

/**
 * The origin of a configured endpoint. Throws a TypeError unless it is an https URL without path or user: the requests
 * carry credentials.
 */
export function endpointOrigin(endpoint: string): string {
  const url = new URL(endpoint);
  const bare = url.pathname === '/' && url.search === '' && url.username === '' && url.password === '';
  if (url.protocol !== 'https:' || !bare) throw new TypeError(`the endpoint must be https://host[:port]: ${url.host}`);
  return url.origin;
}
