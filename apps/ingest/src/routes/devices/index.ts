import type { Area } from '../area.ts';
import { deviceRoutes } from './devices.ts';
import { legacyTokenRoutes } from './legacy-tokens.ts';
import { tokenRoutes } from './tokens.ts';

export const devices: Area = {
  tag: 'Devices',
  description: "Users' devices and their push tokens.",
  routes: [tokenRoutes, deviceRoutes, legacyTokenRoutes],
};
