import type { Gate } from '../../src/index.ts';
import { APP, NOW } from './events.ts';

/** The gate of an app's webhook in the chat lane. */
export const GATE: Gate = { lane: 'chat', appId: APP, provider: 'custom', name: 'https://chat.example.com#0a' };
/** How it opens when the webhook answers 503. */
export const DOWN = { now: NOW, reason: 'http_503', leastMs: 1000, mostMs: 60_000 };
