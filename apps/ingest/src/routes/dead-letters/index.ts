import type { Area } from '../area.ts';
import { deadLetterRoutes } from './dead-letters.ts';

export const deadLetters: Area = {
  tag: 'Dead letters',
  description: 'Deliveries that failed for good.',
  routes: [deadLetterRoutes],
};
