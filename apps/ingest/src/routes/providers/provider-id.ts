import type { PushKind } from '@fanfare/store';
import { z } from 'zod';

/** The id of a credential, chosen by the operator. */
export const ProviderId = z
  .string()
  .regex(/^[A-Za-z0-9_.-]{1,100}$/, 'must be 1 to 100 characters of A-Z, a-z, 0-9, "_", "." and "-"')
  .refine((id) => id !== 'default', 'must not be "default", which refers to the default provider');

/** What credentials of a kind are called. */
export const CREDENTIAL: Record<PushKind, string> = { fcm: 'FCM credential', apns: 'APNs credential' };
