import type { Area } from '../area.ts';
import { cometChatRoutes } from './cometchat.ts';
import { eventListRoutes } from './event-list.ts';
import { eventRoutes } from './events.ts';
import { explainRoutes } from './explain.ts';
import { traceRoutes } from './traces.ts';

export const events: Area = {
  tag: 'Events',
  description: 'What happened in the chat, and the resulting deliveries.',
  routes: [eventRoutes, cometChatRoutes, eventListRoutes, explainRoutes, traceRoutes],
};
