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

const Changed = SuccessWithIgnored.extend({
  data: SuccessWithIgnored.shape.data.extend({
    dropped: z
      .array(z.enum(['membership.secret']))
      .optional()
      .describe('Secrets removed because their URL moved to another origin; send new ones. Absent if there are none.'),
  }),
});

/** A part that has the same shape in the response and in PATCH. */
const partOf = <P extends keyof AppSettings>(description: string) =>
  z.looseObject({}).describe(description) as unknown as z.ZodType<AppSettings[P]>;

const View = z.object({
  data: z.object({
    pushEnabled: z.boolean().describe('Set by the operator with `PATCH /v3/apps/{appId}`.'),
    preferences: partOf<'preferences'>('Default preferences of users, and which of them users may change.'),
    sound: z.object({ chat: z.string(), call: z.string() }).describe('Names of sound files in the client app.'),
    templates: partOf<'templates'>('Notification texts.'),
    locale: z.string().describe('Language of users who have none set.'),
    timezone: z.string().describe('Time zone of users who have none set.'),
    deadlines: partOf<'deadlines'>('How long notifications stay relevant, where it differs from the default.'),
    maxGroupSize: z.number().optional().describe('Groups with more members are not notified.'),
    badge: z.boolean().describe('Whether the unread count is sent as the badge.'),
    moderation: z
      .object({ pending: z.enum(['wait', 'send']) })
      .describe('In apps that moderate: whether a pending message waits for its verdict or is sent.'),
    membership: z
      .object({ url: z.string(), signed: z.boolean() })
      .optional()
      .describe('URL that returns group members, and whether requests to it are signed.'),
    retention: z
      .object({ bulk: z.number(), events: z.number(), content: z.number() })
      .describe('Hours for which an event and its deliveries are kept, and the texts of messages that are done.'),
    logs: z
      .object({ until: z.number(), content: z.boolean() })
      .describe('Events are logged until this time, epoch ms; 0: not at all. `content`: whether texts are included.'),
  }),
});

/** Routes for app settings: CometChat's parts (docs/rules/decision.md#settings-shape) and ours. */
export function settingsRoutes(server: Server, deps: IngestDeps): void {
  const { registry } = deps;
  const config = { access: 'manage', body: 'document' } as const;
  /** Original request bodies, since parsing drops unknown fields. */
  const posted = new WeakMap<object, unknown>();

  server.get(
    PATH,
    {
      config,
      schema: { summary: 'Get the app settings', response: { 200: View.describe('All settings, with defaults.') } },
    },
    async ({ appId }) => {
      const { pushEnabled, settings } = await requireApp(deps, appId);
      return { data: { pushEnabled, ...(await view(deps, appId, settings)) } };
    },
  );

  server.patch(
    PATH,
    {
      config: { ...config, audit: { action: 'Change settings' } },
      schema: {
        summary: 'Change the app settings',
        description:
          'Merges the body into the settings. null resets a value to its default; preferences.push.customJson is ' +
          'replaced, not merged. Unknown fields are listed in `ignored`.',
        body: SettingsPatch,
        response: { 200: Changed.describe('The settings have been changed.') },
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
      const wasSigned = await hasMembershipSecret(registry, appId);
      const after = await changeSettings(registry, appId, patch, secret);
      if (!after) throw unknownApp(appId);
      // It goes with a move to another origin; taken back or replaced on request, it needs no mention.
      const isDropped =
        wasSigned && secret === undefined && after.membership && !(await hasMembershipSecret(registry, appId));
      const unread = unreadFields(posted.get(request), body);
      const { data } = successWith(unread.map((field) => ({ kind: 'ignored', field, problem: 'is unknown' })));
      return { data: { ...data, ...(isDropped ? { dropped: ['membership.secret' as const] } : {}) } };
    },
  );

  server.delete(
    PATH,
    {
      config: { ...config, audit: { action: 'Reset settings' } },
      schema: {
        summary: 'Reset all settings to their defaults',
        response: { 200: Success.describe('All settings have their default values.') },
      },
    },
    async ({ appId }) => {
      if (!(await resetSettings(registry, appId))) throw unknownApp(appId);
      return SUCCESS;
    },
  );
}

/** Splits off the secret, which is stored encrypted. undefined: keep, null: remove. */
function split(deps: IngestDeps, appId: string, { membership, ...rest }: SettingsPatch) {
  if (!membership) return { patch: { ...rest, membership } };
  const { url, secret } = membership;
  const urlProblem = webhookUrlProblem(url, deps.policy);
  if (urlProblem) throw badField('membership.url', urlProblem);
  const secretProblem = typeof secret === 'string' ? signingSecretProblem(secret) : undefined;
  if (secretProblem) throw badField('membership.secret', secretProblem);
  return {
    patch: { ...rest, membership: { url } },
    secret: typeof secret === 'string' ? sealMembershipSecret(deps.membershipBox, appId, secret) : secret,
  };
}

async function view({ registry }: IngestDeps, appId: string, { membership, ...settings }: AppSettings) {
  if (!membership) return settings;
  return { ...settings, membership: { url: membership.url, signed: await hasMembershipSecret(registry, appId) } };
}
