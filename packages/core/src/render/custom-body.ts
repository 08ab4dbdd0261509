import type { Push } from '../delivery/provider.ts';
import { publicAppId } from '../event/ids.ts';
import type { NotificationDetails } from './notification-details.ts';

/** The JSON that the operator's webhook receives, one POST per recipient (docs/rules/cometchat.md#samples). */
export interface CustomBody {
  trigger: 'push-notification-payload-generated';
  data: { to: { uid: string }; notificationDetails: NotificationDetails };
  appId: string;
  region: string;
  webhook: 'custom';
}

/** The body of one POST; its keys are in the order of the samples. */
export const customBody = ({ uid, details, appId, region }: Push): CustomBody => ({
  trigger: 'push-notification-payload-generated',
  data: { to: { uid }, notificationDetails: details },
  appId: publicAppId(appId),
  region,
  webhook: 'custom',
});
