import type { Area } from '../area.ts';
import { readMarkRoutes } from './read-marks.ts';
import { threadRoutes } from './threads.ts';

export const messages: Area = {
  tag: 'Messages',
  description: 'What a person has read, and the threads they follow.',
  routes: [threadRoutes, readMarkRoutes],
};
