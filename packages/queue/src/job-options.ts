import type { Lane, ProviderKind } from '@fanfare/core';
import { retryPolicy, UNBOUNDED_ATTEMPTS } from './backoff.ts';

/** How often a bug may throw before a job stays in the failed set; the sweeper revives it from there. */
const EVENT_ATTEMPTS = 5;

/** BullMQ's name for the jobs of events. */
export const EVENT_JOB = 'expand';

/** BullMQ's name for the jobs of deliveries. */
export const DELIVERY_JOB = 'd';

/** BullMQ's options of a job, as it stores them. */
const optionsOf = (attempts: number): string =>
  JSON.stringify({ attempts, backoff: { type: 'custom' }, stackTraceLimit: 1 });

/** BullMQ's options of an event's job, as JSON. */
export const EVENT_OPTIONS = optionsOf(EVENT_ATTEMPTS);

/** The same of a delivery's. */
export const deliveryOptions = (lane: Lane, provider: ProviderKind): string =>
  optionsOf(Math.min(retryPolicy(lane, provider).attempts, UNBOUNDED_ATTEMPTS));
