import type { NotificationDetails } from './notification-details.ts';
import type { AppSettings } from './settings.ts';

/**
 * The sound of a notification: a file name of the client app, or "default" (PARITY 3.3). Only a ring rings: a missed
 * call is news like any other.
 */
export const soundFor = (
  { type, callAction }: Pick<NotificationDetails, 'type' | 'callAction'>,
  { sound }: Pick<AppSettings, 'sound'>,
): string => (type === 'call' && callAction === 'initiated' ? sound.call : sound.chat);
