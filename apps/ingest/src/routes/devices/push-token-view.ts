import { PLATFORMS } from '@fanfare/core';
import type { Device, Session } from '@fanfare/store';
import { z } from 'zod';
import { seconds } from '../../http/fields.ts';

/** A push token in responses, in CometChat's shape. */
export const PushTokenView = z.object({
  id: z.string(),
  uid: z.string(),
  platform: z.string(),
  providerId: z.string(),
  pushToken: z.string(),
  pushTokenType: z.enum(['chat', 'call']),
  authToken: z.string().optional().describe('The first characters of the session’s auth token.'),
  createdAt: z.number().describe('Epoch seconds.'),
  updatedAt: z.number().describe('Epoch seconds.'),
});

/** A user's device as shown in responses; `sessions` are those of the user. */
export function viewPushToken(
  uid: string,
  device: Device,
  sessions: readonly Session[],
): z.infer<typeof PushTokenView> {
  const prefix = sessions.find(({ session }) => session === device.session)?.prefix;
  return {
    id: device.id,
    uid,
    platform: device.platform,
    providerId: device.providerId,
    pushToken: device.token,
    pushTokenType: PLATFORMS[device.platform].kind === 'voip' ? 'call' : 'chat',
    ...(prefix === undefined ? {} : { authToken: `${prefix}…` }),
    createdAt: seconds(device.createdAt),
    updatedAt: seconds(device.registeredAt),
  };
}
