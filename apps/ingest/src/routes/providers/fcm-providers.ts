import { parseServiceAccount } from '@fanfare/providers';
import { z } from 'zod';
import type { IngestDeps } from '../../deps.ts';
import type { Server } from '../../http/fastify.ts';
import { badField } from '../../http/fields.ts';
import { ProviderId } from './provider-id.ts';
import { type Before, type Checked, pushProviderRoutes } from './push-providers.ts';

const Switches = z.object({ chat: z.boolean().optional(), call: z.boolean().optional() });

/** CometChat's shape (docs/rules/cometchat.md#rest); unknown fields are ignored. */
const Body = z.object({
  providerId: ProviderId,
  serviceAccountFilename: z.string().max(255).optional(),
  serviceAccountCreds: z
    .unknown()
    .optional()
    .meta({ type: ['object', 'string'], description: 'The service account as a JSON object or string; write-only.' }),
  notificationInPayload: z
    .object({ ios: Switches, android: Switches, web: Switches })
    .partial()
    .optional()
    .describe('Whether messages have a `notification` block. Only ios.chat is on by default.'),
  next: z
    .object({
      serviceAccountFilename: z.string().max(255).optional(),
      serviceAccountCreds: z.unknown().meta({
        type: ['object', 'string'],
        description: 'The service account as a JSON object or string; write-only.',
      }),
    })
    .nullish()
    .describe('A second key for the project, used when the current one is refused, and then in its place. null: none.'),
});
type Body = z.infer<typeof Body>;

const DEFAULT_IN_PAYLOAD = {
  ios: { chat: true, call: false },
  android: { chat: false, call: false },
  web: { chat: false, call: false },
};

/** FCM credentials: one per Firebase project. */
export function fcmProviderRoutes(server: Server, deps: IngestDeps): void {
  pushProviderRoutes(server, deps, {
    kind: 'fcm',
    secret: 'serviceAccountCreds',
    body: Body,
    merge: (body, before) => merge(body, before, deps.config.FCM_ENDPOINT),
  });
}

function merge(body: Body, before: Before<'fcm'> | undefined, endpoint: string | undefined): Checked<'fcm'> {
  const serviceAccount = serviceAccountOf(body, 'serviceAccountCreds', endpoint) ?? before?.credential.serviceAccount;
  if (!serviceAccount) throw badField('serviceAccountCreds', 'is missing');
  const old = before?.credential.notificationInPayload ?? DEFAULT_IN_PAYLOAD;
  const now = body.notificationInPayload ?? {};
  const notificationInPayload = {
    ios: { chat: now.ios?.chat ?? old.ios.chat, call: now.ios?.call ?? old.ios.call },
    android: { chat: now.android?.chat ?? old.android.chat, call: now.android?.call ?? old.android.call },
    web: { chat: now.web?.chat ?? old.web.chat, call: now.web?.call ?? old.web.call },
  };
  const { next, shown } = nextAccount(body, before, serviceAccount.project_id, endpoint);
  return {
    credential: { id: body.providerId, serviceAccount, notificationInPayload, next },
    shown: {
      serviceAccountFilename: body.serviceAccountFilename ?? before?.shown.serviceAccountFilename,
      projectId: serviceAccount.project_id,
      clientEmail: serviceAccount.client_email,
      notificationInPayload,
      next: shown,
    },
  };
}

/** The next account as given, or as it was. It is dropped if its secret cannot be decrypted. */
function nextAccount({ next: given }: Body, before: Before<'fcm'> | undefined, projectId: string, endpoint?: string) {
  if (given === null) return {};
  if (given === undefined) {
    const next = before?.credential.next;
    return next?.serviceAccount === undefined ? {} : { next, shown: before?.shown.next };
  }
  const serviceAccount = serviceAccountOf(given, 'next.serviceAccountCreds', endpoint);
  if (!serviceAccount) throw badField('next.serviceAccountCreds', 'is missing');
  if (serviceAccount.project_id !== projectId) {
    throw badField('next.serviceAccountCreds.project_id', 'must be the project of the current service account');
  }
  const { client_email: clientEmail } = serviceAccount;
  return { next: { serviceAccount }, shown: { serviceAccountFilename: given.serviceAccountFilename, clientEmail } };
}

function serviceAccountOf(
  { serviceAccountCreds }: { serviceAccountCreds?: unknown },
  field: string,
  endpoint: string | undefined,
) {
  if (serviceAccountCreds === undefined) return undefined;
  const parsed = parseServiceAccount(serviceAccountCreds, endpoint === undefined ? {} : { fcmEndpoint: endpoint });
  if (parsed.ok) return parsed.value;
  const inside = parsed.field === 'serviceAccount' ? '' : `.${parsed.field}`;
  throw badField(`${field}${inside}`, parsed.problem);
}
