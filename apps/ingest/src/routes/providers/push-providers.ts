import { FanfareError } from '@fanfare/core';
import {
  type CredentialOf,
  countQuarantined,
  deletePushProvider,
  kindsOfProvider,
  listPushProviders,
  type PushKind,
  type PushProviderBefore,
  readPushProvider,
  readTokenGuard,
  setDefaultProvider,
  writePushProvider,
} from '@fanfare/store';
import { z } from 'zod';
import type { IngestDeps } from '../../deps.ts';
import type { Server } from '../../http/fastify.ts';
import { badField, SUCCESS, Success, seconds } from '../../http/fields.ts';
import { deadTokenRoutes } from './dead-tokens.ts';
import { CREDENTIAL, ProviderId } from './provider-id.ts';
import { Tested, TestTarget, targetOf, testProvider } from './test-provider.ts';

/** A validated credential, and the part of it that may be shown. */
export interface Checked<K extends PushKind> {
  credential: CredentialOf<K>;
  shown: Record<string, unknown>;
}

/** The stored credential. If its secret cannot be decrypted, only the part that may be shown. */
export type Before<K extends PushKind> = Pick<PushProviderBefore<K>, 'credential' | 'shown'>;

/** The differences between kinds of push providers. */
export interface PushProviderKind<K extends PushKind, Body extends { providerId: string }> {
  kind: K;
  /** The field that contains the secret. */
  secret: string & keyof Body;
  /** The body of POST and PUT. */
  body: z.ZodType<Body>;
  /** Merges a body into the stored credential. @throws FanfareError naming the missing or invalid field. */
  merge(body: Body, before: Before<K> | undefined): Checked<K>;
}

/** Why a secret has to be sent again. */
export const SECRET_UNRECOVERABLE = 'must be sent again: no master key can decrypt the stored one';

const Providers = z.object({
  data: z.object({
    pushProviders: z.array(
      z.looseObject({
        providerId: z.string(),
        isDefault: z.boolean(),
        failing: z
          .object({ reason: z.string(), at: z.number().describe('Epoch seconds.') })
          .optional()
          .describe('The push service rejects the credential; its deliveries wait.'),
        quarantined: z.number().optional().describe('Push tokens in quarantine, if there are any.'),
        tokenGuard: z
          .object({ dead: z.number(), accepted: z.number(), at: z.number().describe('Epoch seconds.') })
          .optional()
          .describe('Tokens are kept although they are reported dead: the answers of the last ten minutes say why.'),
      }),
    ),
  }),
});
const Params = z.object({ providerId: ProviderId });

/** Routes that create, list, change and delete an app's credentials of one kind, and set the default. */
export function pushProviderRoutes<K extends PushKind, Body extends { providerId: string }>(
  server: Server,
  deps: IngestDeps,
  { kind, secret, body, merge }: PushProviderKind<K, Body>,
): void {
  const { registry, box, now } = deps;
  const path = `/v3/notifications/push/v1/providers/${kind}`;
  const name = CREDENTIAL[kind];
  const config = { access: 'manage', body: 'document' } as const;
  const response = { 200: Providers.describe('All providers of this kind.') };
  const unknown = (id: string) =>
    new FanfareError('ERR_PROVIDER_NOT_FOUND', `providerId: there is no ${kind} provider "${id}"`);

  const write = async (appId: string, checked: Checked<K>) => {
    if (await writePushProvider(registry, box, appId, kind, checked)) return;
    throw new FanfareError('ERR_APP_NOT_FOUND', 'appId: the app has been deleted');
  };

  const answer = async (appId: string) => {
    const providers = await listPushProviders(registry, appId, kind);
    const views = providers.map(async ({ shown, failing, ...rest }) => {
      const credential = { appId, kind, id: rest.providerId };
      const [quarantined, guard] = await Promise.all([
        countQuarantined(registry, credential, now()),
        readTokenGuard(registry, credential),
      ]);
      return {
        ...rest,
        ...shown,
        ...(failing ? { failing: { ...failing, at: seconds(failing.at) } } : {}),
        ...(quarantined > 0 ? { quarantined } : {}),
        ...(guard ? { tokenGuard: { ...guard, at: seconds(guard.at) } } : {}),
      };
    });
    return { data: { pushProviders: await Promise.all(views) } };
  };

  server.post(
    path,
    {
      config: { ...config, audit: { action: `Create ${name}` } },
      schema: { summary: 'Create a provider', body, response },
    },
    async (request) => {
      const { appId } = request;
      const given = request.body as Body;
      if ((await kindsOfProvider(registry, appId, given.providerId)).includes(kind)) {
        throw new FanfareError(
          'ERR_PROVIDER_ALREADY_EXISTS',
          `providerId: "${given.providerId}" already exists; use PUT to change it`,
        );
      }
      await write(appId, merge(given, undefined));
      return answer(appId);
    },
  );

  server.put(
    path,
    {
      config: { ...config, audit: { action: `Change ${name}` } },
      schema: {
        summary: 'Change a provider',
        description: 'Fields left out stay unchanged.',
        body,
        response,
      },
    },
    async (request) => {
      const { appId } = request;
      const given = request.body as Body;
      const before = await readPushProvider(registry, box, appId, kind, given.providerId);
      if (!before) throw unknown(given.providerId);
      if (before.isLost && given[secret] === undefined) throw badField(secret, SECRET_UNRECOVERABLE);
      await write(appId, merge(given, before));
      return answer(appId);
    },
  );

  deadTokenRoutes(server, deps, kind);

  server.post(
    `${path}/:providerId/test`,
    {
      config: { access: 'manage', body: 'small', audit: { action: `Test ${name}` } },
      schema: {
        summary: 'Test a provider',
        description: 'A sender sends one push, or without a target only tries the credential, and says what it means.',
        params: Params,
        body: TestTarget,
        response: { 200: Tested.describe('The answer of the push service, whether it accepted the push or not.') },
      },
    },
    async ({ appId, params: { providerId }, body }) => {
      if (!(await kindsOfProvider(registry, appId, providerId)).includes(kind)) throw unknown(providerId);
      const credential = { appId, provider: kind, providerId };
      return testProvider(deps, { ...credential, ...(await targetOf(deps, credential, body ?? {})) });
    },
  );

  server.get(path, { config, schema: { summary: 'List all providers', response } }, ({ appId }) => answer(appId));

  server.delete(
    `${path}/:providerId`,
    {
      config: { ...config, audit: { action: `Delete ${name}` } },
      schema: {
        summary: 'Delete a provider',
        params: Params,
        response: { 200: Success.describe('The provider has been deleted.') },
      },
    },
    async ({ appId, params }) => {
      if (!(await deletePushProvider(registry, appId, kind, params.providerId))) throw unknown(params.providerId);
      return SUCCESS;
    },
  );

  server.put(
    `${path}/default/:providerId`,
    {
      config: { ...config, audit: { action: `Make ${name} the default` } },
      schema: {
        summary: 'Make a provider the default',
        params: Params,
        response: { 200: Success.describe('The provider is the default.') },
      },
    },
    async ({ appId, params }) => {
      if (!(await setDefaultProvider(registry, appId, kind, params.providerId))) throw unknown(params.providerId);
      return SUCCESS;
    },
  );
}
