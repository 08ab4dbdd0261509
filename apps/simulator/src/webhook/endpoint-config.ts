import { badRequest, fieldProblems } from '@fanfare/core';
import { z } from 'zod';
import { Behaviour } from './behaviour.ts';

/** What one endpoint demands and how it answers. Replaced as a whole. */
export interface EndpointConfig {
  /** Then any other Authorization is answered 401. */
  basicAuth?: { username: string; password: string };
  /** A Standard Webhooks secret (`whsec_` and base64); then a request without a good signature is answered 401. */
  signingSecret?: string;
  /** Of requests that pass the checks; 200 by default. */
  behaviour?: Behaviour;
  /** Of those for single recipients, instead of `behaviour`. */
  uids?: Record<string, Behaviour>;
}

const Schema = z.strictObject({
  basicAuth: z
    .strictObject({ username: z.string().regex(/^[^:]*$/, 'cannot hold a colon'), password: z.string() })
    .optional(),
  signingSecret: z
    .string()
    .regex(/^whsec_[A-Za-z0-9+/]{4,}={0,2}$/, 'must be whsec_ and base64')
    .optional(),
  behaviour: Behaviour.optional(),
  uids: z.record(z.string(), Behaviour).optional(),
});

/** An EndpointConfig that was checked: every behaviour is a list of steps. */
export type CheckedConfig = z.infer<typeof Schema>;

/** @throws FanfareError ERR_BAD_REQUEST naming the field. */
export function checkConfig(input: unknown): CheckedConfig {
  const parsed = Schema.safeParse(input);
  if (!parsed.success) throw badRequest(fieldProblems(parsed.error));
  return parsed.data;
}
