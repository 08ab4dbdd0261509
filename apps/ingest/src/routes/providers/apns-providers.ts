import { type ApnsIdentity, parseApnsIdentity } from '@fanfare/providers';
import { z } from 'zod';
import type { IngestDeps } from '../../deps.ts';
import type { Server } from '../../http/fastify.ts';
import { badField } from '../../http/fields.ts';
import { ProviderId } from './provider-id.ts';
import { type Before, type Checked, pushProviderRoutes } from './push-providers.ts';

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
  next: z
    .object({
      keyId: z.string(),
      p8KeyFilename: z.string().max(255).optional(),
      p8Key: z.string().max(10_000).describe('Contents of the .p8 file; write-only.'),
    })
    .nullish()
    .describe('A second key of the team, used when the current one is refused, and then in its place. null: none.'),
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
  const { next, shown } = nextKey(body, before, identity.value);
  return {
    credential: { id: body.providerId, ...identity.value, ...switches, next },
    shown: { ...named, ...switches, p8KeyFilename: body.p8KeyFilename ?? before?.shown.p8KeyFilename, next: shown },
  };
}

/** The next key as given, or as it was. It is dropped if its secret cannot be decrypted. */
function nextKey({ next: given }: Body, before: Before<'apns'> | undefined, current: ApnsIdentity) {
  if (given === null) return {};
  if (given === undefined) {
    const next = before?.credential.next;
    return next?.p8Key === undefined ? {} : { next, shown: before?.shown.next };
  }
  const parsed = parseApnsIdentity({ ...current, keyId: given.keyId, p8Key: given.p8Key });
  if (!parsed.ok) throw badField(`next.${parsed.field}`, parsed.problem);
  const { keyId, p8Key } = parsed.value;
  return { next: { keyId, p8Key }, shown: { keyId, p8KeyFilename: given.p8KeyFilename } };
}
