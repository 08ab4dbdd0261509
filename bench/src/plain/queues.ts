import { Redis } from 'ioredis';

/** What the plain processes need to know. */
export interface PlainConfig {
  redisUrl: string;
}

/** A message as the chat backend posts it: to a group, or to one user. */
export interface Message {
  id: string;
  group?: string;
  to?: string;
  sender: string;
  senderName: string;
  text: string;
}

export const FANOUT = 'fanout';
export const SEND = 'send';

export const membersKey = (group: string): string => `members:${group}`;
/** Hash: uid → FCM token. */
export const TOKENS = 'tokens';

/** As BullMQ wants it. */
export const connect = (url: string): Redis => new Redis(url, { maxRetriesPerRequest: null });

export const complain = (error: Error): void => void process.stderr.write(`plain: ${error.message}\n`);
