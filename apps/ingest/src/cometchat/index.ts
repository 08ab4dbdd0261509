export { readCometChat, toEvents } from './read.ts';
export type { Found, Lookup, Translation } from './translation.ts';
