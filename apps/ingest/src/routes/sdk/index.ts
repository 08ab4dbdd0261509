import type { Area } from '../area.ts';
import { meRoutes } from './me.ts';
import { sdkSettingsRoutes } from './sdk-settings.ts';

export const sdk: Area = {
  tag: 'SDK',
  description: "What CometChat's SDK needs to log in and out.",
  routes: [meRoutes, sdkSettingsRoutes],
};
