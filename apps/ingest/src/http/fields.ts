import { FanfareError, Uid } from '@fanfare/core';
import { z } from 'zod';

/** How many entries a page holds. */
export const PageLimit = z.coerce.number().int().min(1).max(1000).default(100);

/** Where a page goes on; as a page before handed it out. */
export const PageCursor = z.string().max(1000).optional();

/** Whom a request is about, where an API key speaks for people. */
export const OnBehalfOf = z.object({
  uid: Uid.optional().describe('On behalf of whom; for API keys, which may also say it in the `onBehalfOf` header.'),
});

/** The same on paths that pass over what the app does not let people set. */
export const OnBehalfOfStrictly = OnBehalfOf.extend({
  strict: z
    .stringbool()
    .default(false)
    .describe('true: what the app does not let people set is an error, and nothing is written.'),
});

/** The path parameter of a message: its id in the chat backend. */
export const MessageParams = z.object({ id: z.string().min(1).max(256).describe('Id of the message.') });

/** An optional field in which `""` and `null` count as not given. */
export const orAbsent = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (value === '' || value === null ? undefined : value), schema.optional()).optional();

/** Success as CometChat says it. */
export const Success = z.object({ data: z.object({ success: z.literal(true) }) });
export const SUCCESS = { data: { success: true as const } };

/** The error for a field that is wrong or missing. */
export const badField = (field: string, problem: string): FanfareError =>
  new FanfareError('ERR_BAD_REQUEST', `${field}: ${problem}`);

/** The error for a person whom nobody has heard of. */
export const unknownUser = (uid: string): FanfareError =>
  new FanfareError('ERR_UID_NOT_FOUND', `uid: there is no user "${uid}"`);

/** Epoch ms as the seconds the API shows. */
export const seconds = (ms: number): number => Math.floor(ms / 1000);
