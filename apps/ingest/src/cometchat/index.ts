export { readCometChat, toEvents } from './read.ts';
export { type Found, type Lookup, type StateChange, TRANSLATION_REASONS, type Translation } from './translation.ts';
