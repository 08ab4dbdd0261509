import type { Area } from '../area.ts';
import { apnsProviderRoutes } from './apns-providers.ts';
import { customProviderRoutes } from './custom-provider.ts';
import { fcmProviderRoutes } from './fcm-providers.ts';

export const providers: Area = {
  tag: 'Providers',
  description: 'Push service credentials, and your own webhook.',
  routes: [customProviderRoutes, fcmProviderRoutes, apnsProviderRoutes],
};
