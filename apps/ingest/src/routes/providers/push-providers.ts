import { FanfareError } from '@fanfare/core';
import {
  type CredentialOf,
  deletePushProvider,
  kindsOfProvider,
  listPushProviders,
  type PushKind,
  type PushProviderBefore,
  readPushProvider,
  setDefaultProvider,
  writePushProvider,
} from '@fanfare/store';
import { z } from 'zod';
import type { IngestDeps } from '../../deps.ts';
import type { Server } from '../../http/fastify.ts';
import { badField, SUCCESS, Success, seconds } from '../../http/fields.ts';

/** The id of a credential, as the operator names it. */
export const ProviderId = z
  .string()
  .regex(/^[A-Za-z0-9_.-]{1,100}$/, 'must be 1 to 100 characters of A-Z, a-z, 0-9, "_", "." and "-"')
  .refine((id) => id !== 'default', 'must not be "default", which means whichever is the default');

/** A credential that was checked, and what may be shown of it. */
export interface Checked<K extends PushKind> {
  credential: CredentialOf<K>;
  shown: Record<string, unknown>;
}

/** What there was; a credential whose secret is lost has what may be shown only. */
export type Before<K extends PushKind> = Pick<PushProviderBefore<K>, 'credential' | 'shown'>;

/** What differs between the kinds of push providers. */
export interface PushProviderKind<K extends PushKind, Body extends { providerId: string }> {
  kind: K;
  /** The field of a body with the secret. */
  secret: string & keyof Body;
  /** What is posted to make one, or put to change it. */
  body: z.ZodType<Body>;
  /** Lays a body over what there was. @throws FanfareError naming the field that is missing or does not do. */
  merge(body: Body, before: Before<K> | undefined): Checked<K>;
}

/** Why a secret has to be given again. */
export const SECRET_UNRECOVERABLE = 'has to be given again: no master key opens the one that is stored';

const Providers = z.object({
  data: z.object({
    pushProviders: z.array(
      z.looseObject({
        providerId: z.string(),
        isDefault: z.boolean(),
        failing: z
          .object({ reason: z.string(), at: z.number().describe('Epoch seconds.') })
          .optional()
          .describe('The push service refuses the credential as a whole; its deliveries wait.'),
      }),
    ),
  }),
});
const Params = z.object({ providerId: ProviderId });

/** Create, list, change, delete and name the default of an app's credentials of one kind. */
export function pushProviderRoutes<K extends PushKind, Body extends { providerId: string }>(
  server: Server,
  deps: IngestDeps,
  { kind, secret, body, merge }: PushProviderKind<K, Body>,
): void {
  const { registry, box } = deps;
  const path = `/v3/notifications/push/v1/providers/${kind}`;
  const config = { access: 'manage', body: 'document' } as const;
  const unknown = (id: string) =>
    new FanfareError('ERR_PROVIDER_NOT_FOUND', `providerId: there is no ${kind} provider "${id}"`);

  const write = async (appId: string, checked: Checked<K>) => {
    if (await writePushProvider(registry, box, appId, kind, checked)) return;
    throw new FanfareError('ERR_APP_NOT_FOUND', 'appId: the app has been deleted');
  };

  const answer = async (appId: string) => {
    const providers = await listPushProviders(registry, appId, kind);
    return {
      data: {
        pushProviders: providers.map(({ shown, failing, ...rest }) => ({
          ...rest,
          ...shown,
          ...(failing ? { failing: { ...failing, at: seconds(failing.at) } } : {}),
        })),
      },
    };
  };

  server.post(
    path,
    { config, schema: { summary: 'Add a provider', body, response: { 200: Providers } } },
    async (request) => {
      const { appId } = request;
      const given = request.body as Body;
      if ((await kindsOfProvider(registry, appId, given.providerId)).includes(kind)) {
        throw new FanfareError(
          'ERR_PROVIDER_ALREADY_EXISTS',
          `providerId: "${given.providerId}" exists; change it with PUT`,
        );
      }
      await write(appId, merge(given, undefined));
      return answer(appId);
    },
  );

  server.put(
    path,
    {
      config,
      schema: {
        summary: 'Change a provider',
        description: 'What is not given stays.',
        body,
        response: { 200: Providers },
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

  server.get(path, { config, schema: { summary: 'All providers', response: { 200: Providers } } }, ({ appId }) =>
    answer(appId),
  );

  server.delete(
    `${path}/:providerId`,
    { config, schema: { summary: 'Remove a provider', params: Params, response: { 200: Success } } },
    async ({ appId, params }) => {
      if (!(await deletePushProvider(registry, appId, kind, params.providerId))) throw unknown(params.providerId);
      return SUCCESS;
    },
  );

  server.put(
    `${path}/default/:providerId`,
    { config, schema: { summary: 'Make a provider the default', params: Params, response: { 200: Success } } },
    async ({ appId, params }) => {
      if (!(await setDefaultProvider(registry, appId, kind, params.providerId))) throw unknown(params.providerId);
      return SUCCESS;
    },
  );
}
