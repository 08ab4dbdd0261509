import { createHash } from 'node:crypto';
import type { Lane, ProviderKind } from '@fanfare/core';

/**
 * What deliveries of one lane can be held for: a webhook or a credential of an app. By lane, so that a ring is never
 * held for what a large group has caused.
 */
export interface Gate {
  lane: Lane;
  appId: string;
  provider: ProviderKind;
  /** Tells the endpoints and credentials of an app apart; holds no path and no secret. */
  name: string;
}

/** The gate as text: a field of the hash of gates, and part of the key of its list. */
export const gateId = ({ lane, appId, provider, name }: Gate): string => `${lane}|${appId}|${provider}|${name}`;

/** The gate with this id. Neither lanes, apps nor providers contain a `|`. */
export function parseGateId(id: string): Gate {
  const [lane, appId, provider, ...name] = id.split('|');
  return { lane: lane as Lane, appId: appId as string, provider: provider as ProviderKind, name: name.join('|') };
}

/** The name of a webhook: its origin, and a digest because several webhooks may share one. */
export function webhookGateName(url: string): string {
  const digest = createHash('sha256').update(url).digest('hex').slice(0, 12);
  return `${new URL(url).origin}#${digest}`;
}
