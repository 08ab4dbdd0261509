import type { Area } from '../area.ts';
import { logRoutes } from './logs.ts';
import { settingsRoutes } from './settings.ts';
import { templatePreviewRoutes } from './template-preview.ts';

export const settings: Area = {
  tag: 'Settings',
  description: 'App settings: defaults, templates, logs.',
  routes: [settingsRoutes, logRoutes, templatePreviewRoutes],
};
