export { type CometChatRead, readCometChat, toEvents } from './read.ts';
export type { Found, Lookup, Translation, TranslationNote } from './translation.ts';
