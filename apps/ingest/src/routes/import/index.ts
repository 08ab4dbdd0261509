import type { Area } from '../area.ts';
import { importRoutes } from './import.ts';

export const imports: Area = {
  tag: 'Import',
  description: 'Loading users, push tokens, preferences, mutes and groups in bulk.',
  routes: [importRoutes],
};
