import type { CustomCredential, Outcome, Provider } from '@fanfare/core';
import type { Resolve } from '../tcp/dial.ts';
import { guardedAgent } from './agent.ts';
import { Deadlines } from './deadline.ts';
import { detailOf } from './detail.ts';
import { endpointsOf } from './endpoint.ts';
import { exchange } from './exchange.ts';
import { type AddressPolicy, createGuard } from './guard.ts';
import { headersOf, webhookBody } from './message.ts';
import { answerOutcome, errorOutcome, unsafeAddress } from './outcome.ts';

/**
 * CometChat's limit for the custom provider (docs/rules/delivery.md#webhook), from the first DNS packet to the last
 * byte of the answer.
 */
const DEFAULT_TIMEOUT_MS = 2000;
/** Enough for a human-readable message; a longer body costs the connection. */
const MAX_BODY_BYTES = 4 * 1024;

export interface CustomProviderOptions {
  policy: AddressPolicy;
  /** Total time for one attempt: DNS, connect, TLS, headers and body. Milliseconds, default 2000. */
  timeoutMs?: number;
  /**
   * Connections kept to one origin (scheme, host and port), default 16. Each carries one request at a time, and waiting
   * for a free one counts against the time: keep it at or above the number of concurrent sends to one endpoint.
   */
  connectionsPerOrigin?: number;
  /** PEM certificates trusted in addition to those built into Node. */
  extraCa?: string;
  /** Epoch milliseconds; default Date.now. */
  now?: () => number;
  /** Default: the system's resolver. It must return all addresses of the name. */
  lookup?: Resolve;
}

/**
 * The custom provider: one signed JSON POST per push to the operator's webhook, over HTTP/1.1 keep-alive connections.
 * Proxies and redirects are never followed. An answer counts from its status on, even if the rest is malformed or
 * breaks off. One that drips past the deadline does not count, so the endpoint may get the delivery again, with the
 * same `webhook-id`. Throws when `policy.allowCidrs` or `extraCa` is malformed.
 */
export function createCustomProvider(options: CustomProviderOptions): Provider<CustomCredential> {
  const { policy, timeoutMs = DEFAULT_TIMEOUT_MS, now = Date.now } = options;
  const guard = createGuard(policy);
  const agent = guardedAgent({ ...options, timeoutMs }, guard);
  const endpointOf = endpointsOf(guard);
  const bounds = { deadlines: new Deadlines(timeoutMs), maxBytes: MAX_BODY_BYTES };

  return {
    async send(push, credential) {
      const endpoint = endpointOf(credential);
      if (endpoint.kind === 'unsafe') return unsafeAddress(endpoint.problem);
      const { origin, path } = endpoint;
      const { deliveryId: id, mayLeave, deadlineAt } = push;
      const body = webhookBody(push);
      const headers = headersOf({ id, body, sentAt: now() }, endpoint.headers, credential.signingSecrets);
      const end = await exchange(agent, { origin, path, method: 'POST', headers, body, mayLeave }, bounds);
      if (end.kind === 'failed') return errorOutcome(end.error);
      return withWords(answerOutcome(end.status, end.retryAfter, { now: now(), deadlineAt }), () =>
        detailOf(end.body(), credential, push.details.body),
      );
    },
    close: () => agent.destroy(),
  };
}

/** Adds the endpoint's message to an outcome other than a yes. */
function withWords(outcome: Outcome, words: () => string | undefined): Outcome {
  if (outcome.kind === 'accepted') return outcome;
  const detail = words();
  return detail === undefined ? outcome : { ...outcome, detail };
}
