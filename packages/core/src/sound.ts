import type { NotificationDetails } from './notification-details.ts';
import type { AppSettings } from './settings.ts';

/** The sound of a notification: a file name of the client app, or "default" (PARITY 3.3). */
export const soundFor = ({ type }: Pick<NotificationDetails, 'type'>, { sound }: Pick<AppSettings, 'sound'>): string =>
  sound[type];
