export { readCometChat, toEvents } from './read-webhook.ts';
export { type Found, type Lookup, type StateChange, TRANSLATION_REASONS, type Translation } from './translation.ts';
