import { type Event, isCall } from '../event/event.ts';

/**
 * How long an event is worth sending: it leaves our queues within `leaveMs`, and a provider may hold it for `holdMs`
 * while the device is offline.
 */
export interface Freshness {
  leaveMs: number;
  holdMs: number;
}

export const FRESHNESS_CLASSES = ['callInitiated', 'callState', 'message', 'update'] as const;
export type FreshnessClass = (typeof FRESHNESS_CLASSES)[number];

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** The defaults of docs/rules/delivery.md#deadlines; for calls the provider gets the rest of the same time. */
export const DEFAULT_FRESHNESS: Record<FreshnessClass, Freshness> = {
  callInitiated: { leaveMs: 30 * SECOND, holdMs: 30 * SECOND },
  callState: { leaveMs: 60 * SECOND, holdMs: 60 * SECOND },
  message: { leaveMs: HOUR, holdMs: 24 * HOUR },
  update: { leaveMs: 15 * MINUTE, holdMs: HOUR },
};

/** The moments (epoch ms) after which an event is no longer sent, and no longer shown. */
export interface Deadline {
  leaveBy: number;
  holdUntil: number;
}

/**
 * The deadline of an event. It counts from `sentAt` for calls (a time in the future counts as now), from receipt for
 * everything else. `freshness` holds the app's own values, if any.
 */
export function deadlineOf(
  event: Event,
  receivedAt: number,
  freshness: Partial<Record<FreshnessClass, Freshness>> = {},
): Deadline {
  const kind = freshnessClass(event);
  const { leaveMs, holdMs } = freshness[kind] ?? DEFAULT_FRESHNESS[kind];
  const from = isCall(event) ? Math.min(event.sentAt, receivedAt) : receivedAt;
  return { leaveBy: from + leaveMs, holdUntil: from + holdMs };
}

function freshnessClass(event: Event): FreshnessClass {
  if (event.type === 'call.initiated') return 'callInitiated';
  if (isCall(event)) return 'callState';
  return event.type === 'message.sent' ? 'message' : 'update';
}
