import { type DeliveryState, isOpen } from '@fanfare/core';

/** One delivery as a sentence about it needs it. */
export interface DeliveryFacts {
  /** fcm, apns or custom. */
  provider: string;
  /** As registered, e.g. `apns_ios_device`. */
  platform?: string | undefined;
  state: DeliveryState;
  /** Ours (`attempts_exhausted`) or the provider's (`Unregistered`). */
  reason?: string | undefined;
  /** The provider's further words. */
  detail?: string | undefined;
}

/** A person may have a hundred devices; a sentence has an end. */
const MAX_CLAUSES = 3;

/**
 * What became of a recipient's deliveries, for people: `Sent to Bob: 2 of 3 targets took it; apns ios device refused
 * the token (Unregistered).` A provider's yes is "took it": none promises more.
 */
export function deliverySentence({ name, deliveries }: { name: string; deliveries: readonly DeliveryFacts[] }): string {
  const others = deliveries.filter(({ state }) => state !== 'accepted');
  const accepted = deliveries.length - others.length;
  const clauses = [
    ...(accepted > 0 ? [`${accepted} of ${targets(deliveries.length)} took it`] : []),
    ...others
      .slice(0, MAX_CLAUSES)
      .map((delivery) => `${targetName(delivery)} ${FATES[delivery.state]}${words(delivery)}`),
    ...(others.length > MAX_CLAUSES ? [`${others.length - MAX_CLAUSES} more did not take it`] : []),
  ];
  return `${beginning(accepted, others)} ${name}: ${clauses.join('; ')}.`;
}

function beginning(accepted: number, others: readonly DeliveryFacts[]): string {
  if (accepted > 0) return 'Sent to';
  return others.some(({ state }) => isOpen(state)) ? 'Not yet sent to' : 'Not sent to';
}

const FATES: Record<DeliveryState, string> = {
  pending: 'is waiting to be tried',
  retrying: 'is being tried again',
  accepted: 'took it',
  token_dead: 'refused the token',
  rejected: 'refused it',
  expired: 'was too late',
  superseded: 'was overtaken by a newer state',
};

const targets = (count: number): string => (count === 1 ? '1 target' : `${count} targets`);

function targetName({ provider, platform }: DeliveryFacts): string {
  if (provider === 'custom') return 'the webhook';
  return platform === undefined ? provider : platform.replaceAll('_', ' ');
}

function words({ reason, detail }: DeliveryFacts): string {
  const said = [reason, detail].filter((word) => word !== undefined && word !== '');
  return said.length > 0 ? ` (${said.join(': ')})` : '';
}
