import type { Area } from '../area.ts';
import { apiKeyRoutes } from './api-keys.ts';
import { appRoutes } from './apps.ts';

export const apps: Area = {
  tag: 'Apps',
  description: 'Apps and their API keys, managed by the operator.',
  routes: [appRoutes, apiKeyRoutes],
};
