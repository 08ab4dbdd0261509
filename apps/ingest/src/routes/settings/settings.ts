import { type AppSettings, SettingsPatch, unreadFields } from '@fanfare/core';
import { signingSecretProblem, webhookUrlProblem } from '@fanfare/providers';
import { changeSettings, hasMembershipSecret, resetSettings, sealMembershipSecret } from '@fanfare/store';
import { z } from 'zod';
import type { IngestDeps } from '../../deps.ts';
import type { Server } from '../../http/fastify.ts';
import { badField, SUCCESS, Success } from '../../http/fields.ts';
import { SuccessWithIgnored, successWith } from '../../http/optional-field.ts';
import { requireApp, unknownApp } from '../../http/require-app.ts';

const PATH = '/v3/notifications/v1/settings';

const PARTS = Object.keys(SettingsPatch.shape).join(', ');

/** A part that is shown in the form in which it is changed. */
const partOf = <P extends keyof AppSettings>(description: string) =>
  z.looseObject({}).describe(description) as unknown as z.ZodType<AppSettings[P]>;

const View = z.object({
  data: z.object({
    pushEnabled: z.boolean().describe('Switched by the operator, at `PATCH /v3/apps/{appId}`.'),
    preferences: partOf<'preferences'>('What people hear of if they choose nothing, and what they may choose.'),
    sound: z.object({ chat: z.string(), call: z.string() }).describe('File names of sounds in the client app.'),
    templates: partOf<'templates'>('Texts of notifications.'),
    locale: z.string().describe('Language of people who have said none.'),
    timezone: z.string().describe('Time zone of people who have said none.'),
    deadlines: partOf<'deadlines'>('How long news keeps, where it is not as by default.'),
    maxGroupSize: z.number().optional().describe('Groups with more members are not notified.'),
    badge: z.boolean().describe('Whether unread messages are counted and sent along.'),
    moderation: z
      .object({ pending: z.enum(['wait', 'send']) })
      .describe('Whether a pending message of an app that moderates waits for its verdict, or is sent.'),
    membership: z
      .object({ url: z.string(), signed: z.boolean() })
      .optional()
      .describe('Where members are asked for, and whether these requests are signed.'),
    retention: z.object({ bulk: z.number(), events: z.number() }).describe('Hours all about an event is kept.'),
    logs: z
      .object({ until: z.number(), content: z.boolean() })
      .describe('Until when events are logged, in epoch ms; 0: they are not. `content`: with their texts.'),
  }),
});

/**
 * What an app is set to, for the chat backend and the operator: CometChat's parts
 * (docs/rules/decision.md#settings-shape) and ours.
 */
export function settingsRoutes(server: Server, deps: IngestDeps): void {
  const { registry } = deps;
  const config = { access: 'manage', body: 'document' } as const;
  /** Bodies as they came: reading drops what is not known. */
  const posted = new WeakMap<object, unknown>();

  server.get(
    PATH,
    { config, schema: { summary: 'The settings of the app', response: { 200: View } } },
    async ({ appId }) => {
      const { pushEnabled, settings } = await requireApp(deps, appId);
      return { data: { pushEnabled, ...(await view(deps, appId, settings)) } };
    },
  );

  server.patch(
    PATH,
    {
      config,
      schema: {
        summary: 'Change settings of the app',
        description:
          'Merged into what is set; null brings a value back to its default. Only preferences.push.customJson is replaced whole. What is not known is named in `ignored`.',
        body: SettingsPatch,
        response: { 200: SuccessWithIgnored },
      },
      preValidation: (request, _reply, done) => {
        posted.set(request, request.body);
        done();
      },
    },
    async (request) => {
      const { appId, body } = request;
      if (Object.values(body).every((part) => part === undefined)) throw badField('body', `has none of: ${PARTS}`);
      const { patch, secret } = split(deps, appId, body);
      if (!(await changeSettings(registry, appId, patch, secret))) throw unknownApp(appId);
      const unread = unreadFields(posted.get(request), body);
      return successWith(unread.map((field) => ({ kind: 'ignored', field, problem: 'is not known here' })));
    },
  );

  server.delete(
    PATH,
    { config, schema: { summary: 'All settings back to their defaults', response: { 200: Success } } },
    async ({ appId }) => {
      if (!(await resetSettings(registry, appId))) throw unknownApp(appId);
      return SUCCESS;
    },
  );
}

/** What is stored readable and, sealed, the secret; undefined: stays, null: goes. */
function split(deps: IngestDeps, appId: string, { membership, ...rest }: SettingsPatch) {
  if (!membership) return { patch: { ...rest, membership } };
  const { url, secret } = membership;
  const urlProblem = webhookUrlProblem(url, deps.policy);
  if (urlProblem) throw badField('membership.url', urlProblem);
  const secretProblem = typeof secret === 'string' ? signingSecretProblem(secret) : undefined;
  if (secretProblem) throw badField('membership.secret', secretProblem);
  return {
    patch: { ...rest, membership: { url } },
    secret: typeof secret === 'string' ? sealMembershipSecret(deps.box, appId, secret) : secret,
  };
}

async function view({ registry }: IngestDeps, appId: string, { membership, ...settings }: AppSettings) {
  if (!membership) return settings;
  return { ...settings, membership: { url: membership.url, signed: await hasMembershipSecret(registry, appId) } };
}
