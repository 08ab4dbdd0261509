import type { Area } from '../area.ts';
import { groupRoutes } from './groups.ts';
import { memberRoutes } from './members.ts';

export const groups: Area = {
  tag: 'Groups',
  description: 'Groups and their members.',
  routes: [groupRoutes, memberRoutes],
};
