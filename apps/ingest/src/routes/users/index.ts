import type { Area } from '../area.ts';
import { authTokenRoutes } from './auth-tokens.ts';
import { blockedUserRoutes } from './blocked-users.ts';
import { userRoutes } from './users.ts';

export const users: Area = {
  tag: 'Users',
  description: 'Users, their sessions, and whom they block.',
  routes: [userRoutes, authTokenRoutes, blockedUserRoutes],
};
