import type { CustomCredential, Outcome, Provider } from '@fanfare/core';
import type { Agent } from 'undici';
import type { Resolve } from '../tcp/dial.ts';
import { guardedAgent, readStart } from './agent.ts';
import { withDeadline } from './deadline.ts';
import { detailOf } from './detail.ts';
import { type AddressPolicy, createGuard } from './guard.ts';
import { buildMessage, type Message } from './message.ts';
import { answerOutcome, errorOutcome, unsafeAddress } from './outcome.ts';

/**
 * CometChat's limit for the custom provider (docs/rules/delivery.md#webhook), from the first DNS packet to the last
 * byte of the answer.
 */
const DEFAULT_TIMEOUT_MS = 2000;
/** Enough for words to a human; what is longer costs the connection. */
const MAX_BODY_BYTES = 4 * 1024;

export interface CustomProviderOptions {
  policy: AddressPolicy;
  /** For one attempt in all: DNS, connect, TLS, headers and body. Milliseconds, default 2000. */
  timeoutMs?: number;
  /**
   * Connections kept to one origin (scheme, host and port), default 16. Each carries one request at a time, and the
   * wait for a free one counts: keep it at or above the sends to one endpoint that run at once.
   */
  connectionsPerOrigin?: number;
  /** PEM certificates trusted besides those built into Node. */
  extraCa?: string;
  /** Epoch milliseconds; default Date.now. */
  now?: () => number;
  /** Default: the system's resolver. It must give all addresses of the name. */
  lookup?: Resolve;
}

/**
 * The custom provider: one signed JSON POST per push to the operator's webhook, over HTTP/1.1 connections that are
 * kept alive. Proxies and redirects are never followed. An answer counts once it is complete or longer than is read:
 * a 2xx whose body breaks off or drips past the deadline is not accepted, so the endpoint may see the delivery again,
 * with the same `webhook-id`. Throws when `policy.allowCidrs` or `extraCa` is malformed.
 */
export function createCustomProvider(options: CustomProviderOptions): Provider<CustomCredential> {
  const { policy, timeoutMs = DEFAULT_TIMEOUT_MS, now = Date.now } = options;
  const guard = createGuard(policy);
  const agent = guardedAgent({ ...options, timeoutMs }, guard);

  return {
    async send(push, credential) {
      const problem = guard.urlProblem(credential.webhookURL);
      if (problem !== undefined) return unsafeAddress(problem);
      const message = buildMessage(push, credential, now());
      const url = new URL(credential.webhookURL);
      try {
        const answer = await withDeadline(timeoutMs, (signal) => post(agent, url, message, signal));
        const limits = { now: now(), deadlineAt: push.deadlineAt };
        return withWords(answerOutcome(answer.status, answer.retryAfter, limits), () =>
          detailOf(answer.body, credential, push.details.body),
        );
      } catch (error) {
        return errorOutcome(error);
      }
    },
    close: () => agent.destroy(),
  };
}

/** Adds what the endpoint said to an outcome that is not a yes. */
function withWords(outcome: Outcome, words: () => string | undefined): Outcome {
  if (outcome.kind === 'accepted') return outcome;
  const detail = words();
  return detail === undefined ? outcome : { ...outcome, detail };
}

interface Answer {
  status: number;
  retryAfter: string | undefined;
  body: string;
}

async function post(agent: Agent, url: URL, message: Message, signal: AbortSignal): Promise<Answer> {
  const { origin, pathname, search } = url;
  const request = { origin, path: `${pathname}${search}`, method: 'POST', ...message, signal } as const;
  const { statusCode, headers, body } = await agent.request(request);
  const [retryAfter] = [headers['retry-after']].flat();
  return { status: statusCode, retryAfter, body: await readStart(body, MAX_BODY_BYTES) };
}
