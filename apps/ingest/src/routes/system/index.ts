import type { Area } from '../area.ts';
import { auditRoutes } from './audit.ts';
import { systemRoutes } from './system.ts';

export const system: Area = {
  tag: 'System',
  description: 'The state of the whole system, for the operator.',
  routes: [systemRoutes, auditRoutes],
};
