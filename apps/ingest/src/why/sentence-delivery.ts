import { type DeliveryState, isOpen } from '@fanfare/core';
import { targetWord } from './target-word.ts';

/** The facts about a delivery that go into a sentence. */
export interface DeliveryFacts {
  /** fcm, apns or custom. */
  provider: string;
  /** As registered, e.g. `apns_ios_device`. */
  platform?: string | undefined;
  state: DeliveryState;
  /** Ours (`attempts_exhausted`) or the provider's (`Unregistered`). */
  reason?: string | undefined;
  /** The provider's error text. */
  detail?: string | undefined;
}

/** Limits the length of the sentence: a user may have a hundred devices. */
const MAX_CLAUSES = 3;

/**
 * Sums up a recipient's deliveries: `Sent to Bob: 2 of 3 targets accepted it; iPhone rejected the token
 * (Unregistered).` Says "accepted", not "delivered", since no provider promises more.
 */
export function deliverySentence({ name, deliveries }: { name: string; deliveries: readonly DeliveryFacts[] }): string {
  const others = deliveries.filter(({ state }) => state !== 'accepted');
  const accepted = deliveries.length - others.length;
  const clauses = [
    ...(accepted > 0 ? [`${accepted} of ${targets(deliveries.length)} accepted it`] : []),
    ...others
      .slice(0, MAX_CLAUSES)
      .map((delivery) => `${targetWord(delivery)} ${CLAUSES[delivery.state]}${words(delivery)}`),
    ...(others.length > MAX_CLAUSES ? [`${others.length - MAX_CLAUSES} more did not accept it`] : []),
  ];
  return `${beginning(accepted, others)} ${name}: ${clauses.join('; ')}.`;
}

function beginning(accepted: number, others: readonly DeliveryFacts[]): string {
  if (accepted > 0) return 'Sent to';
  return others.some(({ state }) => isOpen(state)) ? 'Not yet sent to' : 'Not sent to';
}

const CLAUSES: Record<DeliveryState, string> = {
  pending: 'is waiting to be sent',
  retrying: 'is being retried',
  accepted: 'accepted it',
  token_dead: 'rejected the token',
  rejected: 'rejected it',
  expired: 'was not reached in time',
  superseded: 'was superseded by a newer state',
  held: 'is held until its endpoint or credential works again',
};

const targets = (count: number): string => (count === 1 ? '1 target' : `${count} targets`);

function words({ reason, detail }: DeliveryFacts): string {
  const said = [reason, detail].filter((word) => word !== undefined && word !== '');
  return said.length > 0 ? ` (${said.join(': ')})` : '';
}
