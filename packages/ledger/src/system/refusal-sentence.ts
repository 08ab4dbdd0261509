import { type ProviderKind, publicAppId } from '@fanfare/core';
import type { Refusal, RefusalWithBacklog } from './refusals.ts';

const TARGETS: Record<ProviderKind, string> = { fcm: 'FCM credential', apns: 'APNs credential', custom: 'webhook' };

/** Names the endpoint or credential: `The webhook https://chat.example.com of demo`. */
export const refuserOf = ({ appId, provider, name }: Pick<Refusal, 'appId' | 'provider' | 'name'>): string =>
  `The ${TARGETS[provider]} ${name} of ${publicAppId(appId)}`;

/** Says which endpoint or credential refuses, since when, and how many deliveries are waiting. */
export const refusalSentence = (refusal: RefusalWithBacklog, now: number): string =>
  `${refuserOf(refusal)} has been refusing since ${momentOf(refusal.since, now)} (${refusal.reason}): ` +
  `${deliveriesWait(refusal.waiting)}.`;

/** `1 delivery is waiting`. */
export const deliveriesWait = (count: number): string =>
  `${count.toLocaleString('en-US')} ${count === 1 ? 'delivery is' : 'deliveries are'} waiting`;

/** The time of day in UTC, with the date if it is more than a day ago. */
export function momentOf(time: number, now: number): string {
  const iso = new Date(time).toISOString();
  return `${now - time < 24 * 3_600_000 ? iso.slice(11, 16) : iso.slice(0, 16).replace('T', ' ')} UTC`;
}
