import type { SuppressionReason } from '../decision/decision.ts';
import type { ProviderKind } from './provider-kind.ts';

/** One way to reach a recipient: the app's webhook, or one of the recipient's devices. */
export interface Target {
  provider: ProviderKind;
  /** For FCM and APNs targets: which device. */
  deviceId?: string;
  /** The device's `providerId` when it was planned; the sender goes by the current one. */
  providerId?: string;
}

/**
 * The result for one recipient: the targets to send to, with the recipient's unread count where it is kept; or the
 * reason nothing is sent, with the value it rested on.
 */
export type PlannedRecipient =
  | { kind: 'send'; uid: string; targets: readonly [Target, ...Target[]]; unread?: number }
  | { kind: 'suppress'; uid: string; reason: SuppressionReason; detail?: string };

/** One delivery of a plan. Ordinals count up over the whole event, from 0. */
export interface PlannedDelivery extends Target {
  ordinal: number;
  uid: string;
  unread?: number;
}
