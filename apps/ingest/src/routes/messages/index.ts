import type { Area } from '../area.ts';
import { readMarkRoutes } from './read-marks.ts';
import { threadRoutes } from './threads.ts';

export const messages: Area = {
  tag: 'Messages',
  description: 'Read messages and followed threads.',
  routes: [threadRoutes, readMarkRoutes],
};
