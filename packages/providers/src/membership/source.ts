import { randomUUID } from 'node:crypto';
import type { Lane, Outcome } from '@fanfare/core';
import type { Agent } from 'undici';
import { guardedAgent } from '../custom/agent.ts';
import { Deadlines } from '../custom/deadline.ts';
import { exchange } from '../custom/exchange.ts';
import { type AddressPolicy, createGuard } from '../custom/guard.ts';
import { USER_AGENT } from '../custom/message.ts';
import { answerOutcome, errorOutcome } from '../custom/outcome.ts';
import { signatureHeaders } from '../custom/sign.ts';
import type { Resolve } from '../tcp/dial.ts';
import { type Members, membersIn } from './answer.ts';
import { BackendLimiter, type Health } from './backend-limiter.ts';

/**
 * Total time for one page: DNS, connect, TLS, headers and body. A page is more work for a backend than accepting a
 * webhook.
 */
const DEFAULT_TIMEOUT_MS = 5000;
/** More bytes than the most members of a page need: uids have at most 100 characters. */
const MAX_BODY_BYTES = 2 * 1024 * 1024;
/** The longest pause a backend may ask for with Retry-After. */
const MAX_REST_MS = 60_000;

/** Where an app's chat backend lists the members of a group. */
export interface MembershipEndpoint {
  url: string;
  /** Standard Webhooks secret (`whsec_…`); absent: requests are not signed. */
  secret?: string | undefined;
}

/** A request for one page. */
interface MembershipQuestion {
  /** The app of the group. */
  appId: string;
  guid: string;
  /** The cursor from the previous page; empty for the first. */
  cursor: string;
  /** The lane: many requests in one lane do not hold up the others. */
  lane: Lane;
}

/**
 * A page of a group's members; or a reason why there is none, in our words and never the backend's; or that no request
 * was sent because the backend is busy or being left alone after a failure.
 */
export type MembershipPage =
  | ({ kind: 'page' } & Members)
  | { kind: 'failed'; reason: string }
  | { kind: 'later'; inMs: number };

/** Reads the members of groups from chat backends. */
export interface MembershipSource {
  /** Reads one page. Never throws except on a bug. */
  page(endpoint: MembershipEndpoint, question: MembershipQuestion): Promise<MembershipPage>;
  close(): Promise<void>;
}

export interface MembershipSourceOptions {
  /** What requests may reach; the same guard as for webhooks. */
  policy: AddressPolicy;
  /** Total time for a page in milliseconds, default 5000. */
  timeoutMs?: number;
  /** PEM certificates trusted in addition to those built into Node. */
  extraCa?: string;
  /** Epoch milliseconds; default Date.now. */
  now?: () => number;
  /** Default: the system's resolver. */
  lookup?: Resolve;
}

/**
 * `GET {url}?guid=…&cursor=…` → `{"members":["uid", …], "cursor"?: "…"}`; no cursor means the end. With a secret the
 * request has the headers of Standard Webhooks; the signed content is the query as sent, in place of a body. One
 * attempt: retrying is up to the caller. Proxies and redirects are never followed. Throws when `policy.allowCidrs` or
 * `extraCa` is malformed.
 */
export function createMembershipSource(options: MembershipSourceOptions): MembershipSource {
  const { policy, timeoutMs = DEFAULT_TIMEOUT_MS, now = Date.now } = options;
  const guard = createGuard(policy);
  const gate = new BackendLimiter();
  const agent = guardedAgent({ ...options, timeoutMs }, guard);
  const deadlines = new Deadlines(timeoutMs);
  return {
    async page({ url, secret }, { appId, lane, ...question }) {
      if (guard.urlProblem(url) !== undefined) return { kind: 'failed', reason: 'unsafe_address' };
      const pass = gate.enter({ appId, origin: new URL(url).origin }, lane, now());
      if (pass.kind === 'wait') return { kind: 'later', inMs: pass.waitMs };
      let health: Health = { works: false };
      try {
        const target = withQuery(url, question);
        const headers = headersOf(target, secret, now());
        const { outcome, body } = await get(agent, { url: target, headers, deadlines }, now);
        health = healthOf(outcome);
        return pageOf(outcome, body);
      } finally {
        pass.leave(health, now());
      }
    },
    close: () => agent.destroy(),
  };
}

function withQuery(url: string, { guid, cursor }: { guid: string; cursor: string }): URL {
  const target = new URL(url);
  target.searchParams.set('guid', guid);
  if (cursor === '') target.searchParams.delete('cursor');
  else target.searchParams.set('cursor', cursor);
  return target;
}

/** Compression is declined, so that the limit on the body is a limit on the page. */
function headersOf(target: URL, secret: string | undefined, sentAt: number): Record<string, string> {
  const headers = { accept: 'application/json', 'accept-encoding': 'identity', 'user-agent': USER_AGENT };
  if (secret === undefined) return headers;
  const message = { id: `msg_${randomUUID()}`, body: Buffer.from(target.search.slice(1)), sentAt };
  return { ...headers, ...signatureHeaders(message, [secret]) };
}

interface Request {
  url: URL;
  headers: Record<string, string>;
  deadlines: Deadlines;
}

async function get(agent: Agent, { url, headers, deadlines }: Request, now: () => number) {
  const { origin, pathname, search } = url;
  const request = {
    origin,
    path: `${pathname}${search}`,
    method: 'GET',
    headers: Object.entries(headers).flat(),
  } as const;
  const end = await exchange(agent, request, { deadlines, maxBytes: MAX_BODY_BYTES });
  // A page counts only when complete.
  const error = end.kind === 'failed' ? end.error : end.broken;
  if (end.kind === 'failed' || error !== undefined) return { outcome: errorOutcome(error), body: '' };
  const limits = { now: now(), deadlineAt: now() + MAX_REST_MS };
  return { outcome: answerOutcome(end.status, end.retryAfter, limits), body: end.body() };
}

/** A backend that refuses one group, or answers nonsense about it, may still answer about the next. */
function healthOf(outcome: Outcome): Health {
  if (outcome.kind === 'throttled') return { works: false, restMs: outcome.retryAfterMs };
  return { works: outcome.kind !== 'retryable' };
}

function pageOf(outcome: Outcome, body: string): MembershipPage {
  if (outcome.kind !== 'accepted') return { kind: 'failed', reason: outcome.reason };
  const members = membersIn(body);
  return members ? { kind: 'page', ...members } : { kind: 'failed', reason: 'bad_answer' };
}
