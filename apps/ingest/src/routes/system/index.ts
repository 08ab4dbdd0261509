import type { Area } from '../area.ts';
import { auditRoutes } from './audit.ts';
import { laneRoutes } from './lanes.ts';
import { statsRoutes } from './stats.ts';
import { systemRoutes } from './system.ts';

export const system: Area = {
  tag: 'System',
  description: 'How it goes: the state of the whole system, who changed what, and the statistics of an app.',
  routes: [systemRoutes, laneRoutes, auditRoutes, statsRoutes],
};
