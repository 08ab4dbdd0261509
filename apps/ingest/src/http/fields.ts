import { FanfareError, Uid } from '@fanfare/core';
import { z } from 'zod';

/** The number of entries in a page. */
export const PageLimit = z.coerce.number().int().min(1).max(1000).default(100);

/** Where a page starts; taken from the previous page. */
export const PageCursor = z.string().max(1000).optional();

/** The user a request concerns, if an API key acts for users. */
export const OnBehalfOf = z.object({
  uid: Uid.optional().describe('uid of the user to act for. API keys only; alternative to the `onBehalfOf` header.'),
});

/** The same for paths that ignore fields the app does not let users set. */
export const OnBehalfOfStrictly = OnBehalfOf.extend({
  strict: z
    .stringbool()
    .default(false)
    .describe('true: fields that the app does not let users set are an error, and nothing is written.'),
});

/** The path parameter of a message: its id in the chat backend. */
export const MessageParams = z.object({ id: z.string().min(1).max(256).describe('Id of the message.') });

/** An optional field in which `""` and `null` count as absent. */
export const orAbsent = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (value === '' || value === null ? undefined : value), schema.optional()).optional();

/** Success in CometChat's shape. */
export const Success = z.object({ data: z.object({ success: z.literal(true) }) });
export const SUCCESS = { data: { success: true as const } };

/** The error for an invalid or missing field. */
export const badField = (field: string, problem: string): FanfareError =>
  new FanfareError('ERR_BAD_REQUEST', `${field}: ${problem}`);

/** The error for an unknown user. */
export const unknownUser = (uid: string): FanfareError =>
  new FanfareError('ERR_UID_NOT_FOUND', `uid: there is no user "${uid}"`);

/** Converts epoch ms to the seconds the API shows. */
export const seconds = (ms: number): number => Math.floor(ms / 1000);
