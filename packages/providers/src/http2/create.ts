import { openNode } from '../node-http2/connection.ts';
import { trusting } from '../wire/trust.ts';
import { type PoolOptions, SessionPool } from './pool.ts';

/** Tunable settings; meanings and units are those of `PoolOptions`. */
export type PoolTuning = Partial<Omit<PoolOptions, 'origin' | 'secureContext' | 'now' | 'random' | 'timeoutMs'>>;

const SECOND = 1000;
const MINUTE = 60 * SECOND;

const DEFAULTS = {
  open: openNode,
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

/** Creates the pools of one provider: shared TLS settings, clock and tuning. */
export interface PoolFactoryOptions {
  timeoutMs: number;
  /** PEM certificates trusted in addition to those built into Node. */
  extraCa?: string | undefined;
  tuning?: PoolTuning | undefined;
  now: () => number;
  random: () => number;
}

/** Opens a pool to an origin; `own` are settings of the origin, which `tuning` overrides. */
export type CreatePool = (origin: string, own?: PoolTuning) => SessionPool;

/** Throws when `extraCa` is malformed. */
export function poolFactory({ extraCa, tuning, ...options }: PoolFactoryOptions): CreatePool {
  const secureContext = extraCa === undefined ? undefined : trusting(extraCa);
  return (origin, own) => new SessionPool({ ...DEFAULTS, ...options, ...own, ...tuning, origin, secureContext });
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
