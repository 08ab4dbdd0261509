import type { Area } from '../area.ts';
import { muteRoutes } from './mutes.ts';
import { preferenceRoutes } from './preferences.ts';
import { timeZoneRoutes } from './time-zone.ts';

export const preferences: Area = {
  tag: 'Preferences',
  description: 'Which notifications users want, and when.',
  routes: [preferenceRoutes, muteRoutes, timeZoneRoutes],
};
