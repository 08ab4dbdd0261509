import { FanfareClientError } from '@fanfare/client';
import { fanfare, fanfareOf } from './fanfare.ts';

/** How far an app is on the way to its first push. */
export interface Setup {
  hasKey: boolean;
  hasProvider: boolean;
  /** Whether anything can be reached: no list of all devices exists, but a webhook needs none. */
  hasWebhook: boolean;
  hasEvent: boolean;
}

const PROVIDERS = '/v3/notifications/push/v1/providers';

export async function readSetup(app: string): Promise<Setup> {
  const [keys, events, fcm, apns, custom] = await Promise.all([
    fanfare.apiKeys(app, { limit: 1 }),
    fanfareOf(app).events({ limit: 1 }),
    ...['fcm', 'apns', 'custom'].map((kind) => providersOf(app, kind)),
  ]);
  return {
    hasKey: keys.data.length > 0,
    hasProvider: [fcm, apns, custom].some((found) => found !== 0),
    hasWebhook: custom !== 0,
    hasEvent: events.data.length > 0,
  };
}

async function providersOf(app: string, kind: string): Promise<number> {
  try {
    const path = `${PROVIDERS}/${kind}`;
    const { pushProviders } = await fanfareOf(app).request<{ pushProviders: object[] }>({ method: 'GET', path });
    return pushProviders.length;
  } catch (error) {
    if (error instanceof FanfareClientError && error.status === 404) return 0;
    throw error;
  }
}
