import type { DeliveryState } from '@fanfare/client';

/** How a delivery ended: its word and its colour, the usual one first. */
export const OUTCOMES: readonly { outcome: DeliveryState; label: string; color: `--${string}` }[] = [
  { outcome: 'accepted', label: 'Accepted', color: '--accepted' },
  { outcome: 'superseded', label: 'Superseded', color: '--superseded' },
  { outcome: 'token_dead', label: 'Token dead', color: '--token_dead' },
  { outcome: 'expired', label: 'Expired', color: '--expired' },
  { outcome: 'rejected', label: 'Rejected', color: '--rejected' },
];
