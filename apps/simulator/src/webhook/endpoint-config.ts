import { z } from 'zod';
import { Behaviour } from './behaviour.ts';
import { EndpointFaults } from './faults.ts';

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
  /** Random errors and delays of requests that pass the checks. */
  faults?: EndpointFaults;
}

/** Its schema. */
export const ConfigSchema = z.strictObject({
  basicAuth: z
    .strictObject({ username: z.string().regex(/^[^:]*$/, 'cannot hold a colon'), password: z.string() })
    .optional(),
  signingSecret: z
    .string()
    .regex(/^whsec_[A-Za-z0-9+/]{4,}={0,2}$/, 'must be whsec_ and base64')
    .optional(),
  behaviour: Behaviour.optional(),
  uids: z.record(z.string(), Behaviour).optional(),
  faults: EndpointFaults.optional(),
});

/** An EndpointConfig that was checked: every behaviour is a list of steps. */
export type CheckedConfig = z.infer<typeof ConfigSchema>;
