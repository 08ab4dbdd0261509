import { Agent } from 'undici';
import { type Resolve, systemResolve } from '../tcp/dial.ts';
import { trusting } from '../wire/trust.ts';
import { connector } from './connector.ts';
import type { Guard } from './guard.ts';
import { guardedResolve } from './lookup.ts';

const DEFAULT_CONNECTIONS_PER_ORIGIN = 16;
const KEEP_ALIVE_MS = 10_000;
const MAX_HEADER_BYTES = 16 * 1024;

export interface AgentOptions {
  /** Milliseconds; a fallback that frees sockets: the caller's own deadline comes first. */
  timeoutMs: number;
  /** Connections kept to one origin, default 16. */
  connectionsPerOrigin?: number;
  /** PEM certificates trusted in addition to those built into Node. */
  extraCa?: string;
  /** Default: the system's resolver. It must return all addresses of the name. */
  lookup?: Resolve;
}

/** HTTP/1.1 connections to addresses the guard allows, checked at every connect. Follows no redirect and no proxy. */
export function guardedAgent(options: AgentOptions, guard: Guard): Agent {
  const { timeoutMs, connectionsPerOrigin = DEFAULT_CONNECTIONS_PER_ORIGIN, extraCa, lookup = systemResolve } = options;
  return new Agent({
    allowH2: false,
    pipelining: 1,
    connections: connectionsPerOrigin,
    keepAliveTimeout: KEEP_ALIVE_MS,
    keepAliveMaxTimeout: KEEP_ALIVE_MS,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    maxHeaderSize: MAX_HEADER_BYTES,
    connect: connector({
      timeoutMs,
      resolve: guardedResolve(lookup, guard.allows),
      secureContext: extraCa === undefined ? undefined : trusting(extraCa),
    }),
  });
}
