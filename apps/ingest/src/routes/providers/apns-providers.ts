import { parseApnsIdentity } from '@fanfare/providers';
import { z } from 'zod';
import type { IngestDeps } from '../../deps.ts';
import type { Server } from '../../http/fastify.ts';
import { badField } from '../../http/fields.ts';
import { type Before, type Checked, ProviderId, pushProviderRoutes } from './push-providers.ts';

/** CometChat's shape (docs/rules/cometchat.md#rest); unknown fields are ignored. */
const Body = z.object({
  providerId: ProviderId,
  keyId: z.string().optional(),
  teamId: z.string().optional(),
  bundleId: z.string().optional(),
  p8KeyFilename: z.string().max(255).optional(),
  p8Key: z.string().max(10_000).optional().describe('Contents of the .p8 file; write-only.'),
  productionMode: z.boolean().optional().describe("false: Apple's sandbox."),
  includeContentAvailable: z.boolean().optional(),
  includeMutableContent: z.boolean().optional(),
});
type Body = z.infer<typeof Body>;

/** APNs credentials: one per key and app. */
export function apnsProviderRoutes(server: Server, deps: IngestDeps): void {
  pushProviderRoutes(server, deps, { kind: 'apns', secret: 'p8Key', body: Body, merge });
}

function merge(body: Body, before: Before<'apns'> | undefined): Checked<'apns'> {
  const old = before?.credential;
  const identity = parseApnsIdentity({
    keyId: body.keyId ?? old?.keyId,
    teamId: body.teamId ?? old?.teamId,
    bundleId: body.bundleId ?? old?.bundleId,
    p8Key: body.p8Key ?? old?.p8Key,
  });
  if (!identity.ok) throw badField(identity.field, identity.problem);
  const switches = {
    productionMode: body.productionMode ?? old?.productionMode ?? false,
    includeContentAvailable: body.includeContentAvailable ?? old?.includeContentAvailable ?? false,
    includeMutableContent: body.includeMutableContent ?? old?.includeMutableContent ?? false,
  };
  const { p8Key: _secret, ...named } = identity.value;
  return {
    credential: { id: body.providerId, ...identity.value, ...switches },
    shown: { ...named, ...switches, p8KeyFilename: body.p8KeyFilename ?? before?.shown.p8KeyFilename },
  };
}
