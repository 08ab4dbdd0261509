export { readCometChat, toEvents } from './read.ts';
export { type Found, type Lookup, type StateChange, TRANSLATION_NOTES, type Translation } from './translation.ts';
