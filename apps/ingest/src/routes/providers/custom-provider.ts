import { FanfareError } from '@fanfare/core';
import { signingSecretProblem, webhookUrlProblem } from '@fanfare/providers';
import {
  type CustomProviderConfig,
  type CustomProviderInput,
  type CustomProviderView,
  deleteCustomProvider,
  readCustomProvider,
  UndecryptableSecret,
  viewCustomProvider,
  writeCustomProvider,
} from '@fanfare/store';
import { z } from 'zod';
import type { IngestDeps } from '../../deps.ts';
import type { Server } from '../../http/fastify.ts';
import { badField, SUCCESS, Success, seconds } from '../../http/fields.ts';
import { SECRET_UNRECOVERABLE } from './push-providers.ts';
import { Tested, testProvider } from './test-provider.ts';

/** How long requests are also signed with the old secret after a new one is set. */
const ROTATION_MS = 24 * 3_600_000;

/** CometChat's shape (docs/rules/cometchat.md#rest) and a signing secret; unknown fields are ignored. */
const Changes = z.object({
  isEnabled: z.boolean().optional(),
  webhookURL: z.string().min(1).max(2048).optional(),
  useBasicAuth: z.boolean().optional(),
  basicAuthUsername: z
    .string()
    .max(255)
    .regex(/^[^:]*$/, 'must not contain ":"')
    .optional(),
  basicAuthPassword: z.string().max(1024).optional().describe('Write-only; may be empty (RFC 7617).'),
  signingSecret: z
    .string()
    .nullish()
    .describe('Standard Webhooks secret, whsec_…; write-only. null: requests are not signed.'),
});
type Changes = z.infer<typeof Changes>;

const ProviderView = z.object({
  providerId: z.literal('custom'),
  isEnabled: z.boolean(),
  webhookURL: z.string(),
  useBasicAuth: z.boolean(),
  basicAuthUsername: z.string().optional(),
  signed: z.boolean(),
  disabled: z.object({ reason: z.string(), at: z.number().describe('Epoch seconds.') }).optional(),
});
const Providers = z.object({
  data: z.object({
    pushProviders: z.array(ProviderView),
    dropped: z
      .array(z.enum(['signingSecret']))
      .optional()
      .describe(
        'Secrets removed because the webhook moved to another origin; send new ones. Absent if there are none.',
      ),
  }),
});

const PATH = '/v3/notifications/push/v1/providers/custom';

/** Routes for an app's custom provider, the operator's webhook. */
export function customProviderRoutes(server: Server, deps: IngestDeps): void {
  const { registry, box } = deps;

  const answer = async (appId: string) => {
    const view = await viewCustomProvider(registry, appId);
    if (!view) return { data: { pushProviders: [] } };
    const { disabled, ...rest } = view;
    const off = disabled && { disabled: { ...disabled, at: seconds(disabled.at) } };
    return { data: { pushProviders: [{ ...rest, ...off }] } };
  };

  const config = { access: 'manage', body: 'document' } as const;
  const response = { 200: Providers.describe('The webhook; an empty list if it is not configured.') };

  server.post(
    PATH,
    {
      config: { ...config, audit: { action: 'Create webhook' } },
      schema: { summary: 'Configure the webhook', body: Changes, response },
    },
    async (request) => {
      const { appId } = request;
      if (await viewCustomProvider(registry, appId)) {
        throw new FanfareError(
          'ERR_PROVIDER_ALREADY_EXISTS',
          'the custom provider is already configured; use PUT to change it',
        );
      }
      await writeCustomProvider(registry, box, appId, merge(deps, request.body, undefined));
      return answer(appId);
    },
  );

  server.put(
    PATH,
    {
      config: { ...config, audit: { action: 'Change webhook' } },
      schema: { summary: 'Change the webhook', body: Changes, response },
    },
    async (request) => {
      const { appId } = request;
      const before = await viewCustomProvider(registry, appId);
      const after = await changed(deps, appId, request.body);
      await writeCustomProvider(registry, box, appId, after);
      const isDropped = before?.signed && !after.signingSecret && request.body.signingSecret !== null;
      const { data } = await answer(appId);
      return { data: { ...data, ...(isDropped ? { dropped: ['signingSecret' as const] } : {}) } };
    },
  );

  server.get(PATH, { config, schema: { summary: 'Get the webhook', response } }, ({ appId }) => answer(appId));

  server.post(
    `${PATH}/test`,
    {
      config: { access: 'manage', body: 'small', audit: { action: 'Test webhook' } },
      schema: {
        summary: 'Test the webhook',
        description: 'A sender posts one notification, and says what the answer means. Success enables the webhook.',
        response: { 200: Tested.describe('The answer of the endpoint, whether it accepted the test or not.') },
      },
    },
    async ({ appId }) => {
      if (!(await viewCustomProvider(registry, appId))) throw notConfigured();
      return testProvider(deps, { appId, provider: 'custom', providerId: 'custom' });
    },
  );

  server.delete(
    PATH,
    {
      config: { ...config, audit: { action: 'Delete webhook' } },
      schema: { summary: 'Delete the webhook', response: { 200: Success.describe('The webhook has been deleted.') } },
    },
    async ({ appId }) => {
      if (!(await deleteCustomProvider(registry, appId))) throw notConfigured();
      return SUCCESS;
    },
  );
}

const notConfigured = () => new FanfareError('ERR_PROVIDER_NOT_FOUND', 'the custom provider is not configured');

/** Applies changes to the provider. @throws FanfareError if it is not configured or a field is invalid. */
async function changed(deps: IngestDeps, appId: string, changes: Changes): Promise<CustomProviderInput> {
  try {
    const before = await readCustomProvider(deps.registry, deps.box, appId, deps.now());
    if (before) return merge(deps, changes, before);
  } catch (error) {
    const view = error instanceof UndecryptableSecret && (await viewCustomProvider(deps.registry, appId));
    if (!view) throw error;
    return renewed(deps, changes, view);
  }
  throw notConfigured();
}

/** Applies changes when the stored secrets cannot be decrypted: the caller must send them again. */
function renewed(deps: IngestDeps, changes: Changes, view: CustomProviderView): CustomProviderInput {
  const { isEnabled, webhookURL, useBasicAuth, basicAuthUsername, signed } = view;
  const complete = { isEnabled, webhookURL, useBasicAuth, basicAuthUsername, ...changes };
  if (complete.useBasicAuth && complete.basicAuthPassword === undefined)
    throw badField('basicAuthPassword', SECRET_UNRECOVERABLE);
  if (signed && complete.signingSecret === undefined) throw badField('signingSecret', SECRET_UNRECOVERABLE);
  return merge(deps, complete, undefined);
}

/** Merges changes into the stored provider. @throws FanfareError naming the invalid field. */
function merge(deps: IngestDeps, changes: Changes, before: CustomProviderConfig | undefined): CustomProviderInput {
  const webhookURL = changes.webhookURL ?? before?.webhookURL;
  if (webhookURL === undefined) throw badField('webhookURL', 'is missing');
  const problem = webhookUrlProblem(webhookURL, deps.policy);
  if (problem) throw badField('webhookURL', problem);
  // No secret goes to an origin that it was not given for.
  const kept = sameOrigin(webhookURL, before) ? before : undefined;
  const basicAuth = mergeBasicAuth(changes, kept);
  return {
    isEnabled: changes.isEnabled ?? before?.isEnabled ?? true,
    webhookURL,
    ...(basicAuth ? { basicAuth } : {}),
    ...mergeSecrets(deps, changes, kept),
  };
}

/** Whether the origin is unchanged. */
const sameOrigin = (webhookURL: string, before: CustomProviderConfig | undefined): boolean =>
  before !== undefined && new URL(before.webhookURL).origin === new URL(webhookURL).origin;

function mergeBasicAuth(changes: Changes, before: CustomProviderConfig | undefined) {
  const wanted = changes.useBasicAuth ?? before?.basicAuth !== undefined;
  if (!wanted) return undefined;
  const username = changes.basicAuthUsername ?? before?.basicAuth?.username;
  const password = changes.basicAuthPassword ?? before?.basicAuth?.password;
  if (username === undefined) throw badField('basicAuthUsername', 'is required with useBasicAuth');
  if (password === undefined) throw badField('basicAuthPassword', 'is required with useBasicAuth');
  return { username, password };
}

function mergeSecrets(deps: IngestDeps, { signingSecret }: Changes, before: CustomProviderConfig | undefined) {
  const [current] = before?.signingSecrets ?? [];
  if (signingSecret === null) return {};
  if (signingSecret === undefined || signingSecret === current) {
    return { signingSecret: current, previousSecret: before?.previousSecret };
  }
  const problem = signingSecretProblem(signingSecret);
  if (problem) throw badField('signingSecret', problem);
  if (current === undefined) return { signingSecret };
  return { signingSecret, previousSecret: { secret: current, until: deps.now() + ROTATION_MS } };
}
