import type { AppStats, ProviderKind } from '@fanfare/client';
import { createRoute } from '@tanstack/react-router';
import { appQueries } from '../../api/app-queries.ts';
import { fanfareOf } from '../../api/fanfare.ts';
import { useLive } from '../../api/live.tsx';
import {
  type ApnsCredential,
  type FcmCredential,
  providerPath,
  type TokenGuard,
  type Webhook,
} from '../../api/provider-types.ts';
import { queries } from '../../api/queries.ts';
import { useIsAdmin } from '../../api/use-role.ts';
import { useSave } from '../../api/use-save.ts';
import { Confirm } from '../../components/confirm.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Page } from '../../components/page.tsx';
import { count, countOf } from '../../format/number.ts';
import { appRoute } from '../../shell/app-route.tsx';
import { AddProvider } from './add-provider.tsx';
import { type Health, healthOf, ProviderCard } from './provider-card.tsx';
import { WebhookForm } from './webhook-form.tsx';

const DAY_MS = 24 * 3_600_000;

export const providersRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/providers',
  component: ProvidersPage,
});

function ProvidersPage() {
  const { app } = providersRoute.useParams();
  const isAdmin = useIsAdmin();
  const { data: providers, error } = useLive(appQueries.providers(app));
  const system = useLive(queries.system()).data;
  const stats = useLive(queries.stats(app, { lastMs: DAY_MS, by: ['provider', 'outcome'] }), 30_000).data;
  const isEmpty = providers && [providers.fcm, providers.apns, providers.custom].every((list) => list.length === 0);
  const health = (kind: ProviderKind, name: string, failing?: { reason: string; at: number }): Health => ({
    failing: system && healthOf(system, { app, kind, name }, failing),
    accepted: stats && acceptedShare(stats, kind),
  });
  return (
    <Page
      title="Providers"
      actions={isAdmin && providers && <AddProvider app={app} hasWebhook={providers.custom.length > 0} />}
    >
      {error && <ErrorNotice error={error} />}
      {isEmpty && (
        <div className="notice">
          <p>
            <strong>No provider yet.</strong> Notifications of {app} reach no one until it has one: the service account
            of Firebase for Android and web, a key of APNs for iPhones, or a webhook of yours.
          </p>
        </div>
      )}
      {providers && (
        <div className="columns">
          {providers.fcm.map((one) => (
            <Fcm key={one.providerId} app={app} credential={one} health={health('fcm', one.providerId, one.failing)} />
          ))}
          {providers.apns.map((one) => (
            <Apns
              key={one.providerId}
              app={app}
              credential={one}
              health={health('apns', one.providerId, one.failing)}
            />
          ))}
          {providers.custom.map((one) => (
            <WebhookCard
              key="custom"
              app={app}
              webhook={one}
              health={health('custom', originOf(one.webhookURL), one.disabled)}
            />
          ))}
        </div>
      )}
    </Page>
  );
}

/** Of the deliveries that were settled, those of the kind that were accepted. */
function acceptedShare({ total }: AppStats, kind: ProviderKind): number | undefined {
  const own = total.settled.filter(({ provider }) => provider === kind);
  const all = own.reduce((sum, one) => sum + one.count, 0);
  const accepted = own.find(({ outcome }) => outcome === 'accepted')?.count ?? 0;
  return all === 0 ? undefined : accepted / all;
}

const originOf = (url: string): string => (URL.canParse(url) ? new URL(url).origin : url);

function Fcm({ app, credential, health }: { app: string; credential: FcmCredential; health: Health }) {
  const { providerId, isDefault, projectId, clientEmail, serviceAccountFilename } = credential;
  return (
    <ProviderCard
      app={app}
      kind="fcm"
      providerId={providerId}
      title={providerId}
      tags={isDefault ? ['Default'] : []}
      health={health}
      facts={[
        { name: 'Project', value: projectId ?? '–' },
        { name: 'Account', value: clientEmail ?? '–' },
        { name: 'File', value: serviceAccountFilename ?? '–' },
      ]}
      notices={<Tokens app={app} kind="fcm" credential={credential} />}
      actions={!isDefault && <MakeDefault app={app} kind="fcm" providerId={providerId} />}
    />
  );
}

function Apns({ app, credential, health }: { app: string; credential: ApnsCredential; health: Health }) {
  const { providerId, isDefault, keyId, teamId, bundleId, productionMode } = credential;
  return (
    <ProviderCard
      app={app}
      kind="apns"
      providerId={providerId}
      title={providerId}
      tags={[productionMode ? 'Production' : 'Sandbox', ...(isDefault ? ['Default'] : [])]}
      health={health}
      facts={[
        { name: 'Bundle', value: bundleId ?? '–' },
        { name: 'Key', value: keyId ?? '–' },
        { name: 'Team', value: teamId ?? '–' },
      ]}
      notices={<Tokens app={app} kind="apns" credential={credential} />}
      actions={!isDefault && <MakeDefault app={app} kind="apns" providerId={providerId} />}
    />
  );
}

function MakeDefault({ app, kind, providerId }: { app: string; kind: 'fcm' | 'apns'; providerId: string }) {
  const save = useSave(app, () => fanfareOf(app).setDefaultProvider(kind, providerId));
  return (
    <Confirm
      isSmall
      label="Make default"
      title={`Make ${providerId} the default?`}
      action="Make default"
      onConfirm={() => save.mutateAsync()}
    >
      <p>Push tokens that name no provider are sent with it from then on.</p>
    </Confirm>
  );
}

/** Tokens that the push service reports as dead, and the guard that does not believe it. */
function Tokens({
  app,
  kind,
  credential,
}: {
  app: string;
  kind: 'fcm' | 'apns';
  credential: FcmCredential | ApnsCredential;
}) {
  const { providerId, quarantined = 0 } = credential;
  const tokenGuard = credential.tokenGuard as TokenGuard | undefined;
  const isAdmin = useIsAdmin();
  const post = (action: string) => () =>
    fanfareOf(app).request({
      method: 'POST',
      path: providerPath(kind, `/${encodeURIComponent(providerId)}/${action}`),
    });
  const restore = useSave(app, post('restore-tokens'));
  const confirm = useSave(app, post('confirm-dead-tokens'));
  if (quarantined === 0 && !tokenGuard) return null;
  return (
    <div className="notice warn stack">
      {tokenGuard && (
        <p>
          Tokens are kept although they are reported dead: {count(tokenGuard.dead)} of{' '}
          {count(tokenGuard.dead + tokenGuard.accepted)} answers said so. Is this the right credential?
        </p>
      )}
      {quarantined > 0 && <p>{countOf(quarantined, 'push token is', 'push tokens are')} in quarantine.</p>}
      {isAdmin && (
        <div className="row">
          {quarantined > 0 && (
            <Confirm
              isSmall
              label="Restore tokens"
              title={`Restore the tokens of ${providerId}?`}
              action={`Restore ${countOf(quarantined, 'token')}`}
              onConfirm={() => restore.mutateAsync()}
            >
              <p>Their devices in {app} are notified until the push service reports them dead again.</p>
            </Confirm>
          )}
          {tokenGuard && (
            <Confirm
              isSmall
              label="They are dead"
              title={`Believe the reports about ${providerId}?`}
              action="Believe the reports"
              isDangerous
              onConfirm={() => confirm.mutateAsync()}
            >
              <p>Tokens that {providerId} reports dead are put into quarantine from then on.</p>
            </Confirm>
          )}
        </div>
      )}
    </div>
  );
}

function WebhookCard({ app, webhook, health }: { app: string; webhook: Webhook; health: Health }) {
  const { webhookURL, isEnabled, useBasicAuth, basicAuthUsername, signed } = webhook;
  const toggle = useSave(app, () => fanfareOf(app).changeProvider('custom', { isEnabled: !isEnabled }));
  return (
    <ProviderCard
      app={app}
      kind="custom"
      providerId="custom"
      title="Webhook"
      tags={isEnabled ? [] : ['Off']}
      health={health}
      facts={[
        { name: 'URL', value: webhookURL },
        { name: 'Login', value: useBasicAuth ? `as ${basicAuthUsername}` : 'none' },
        { name: 'Signature', value: signed ? 'Standard Webhooks' : 'none' },
      ]}
      actions={
        <>
          <Dialog label="Change" title="Change the webhook" isSmall>
            {(close) => <WebhookForm app={app} before={webhook} onDone={close} />}
          </Dialog>
          <Confirm
            isSmall
            label={isEnabled ? 'Disable' : 'Enable'}
            title={isEnabled ? `Disable the webhook of ${app}?` : `Enable the webhook of ${app}?`}
            action={isEnabled ? 'Disable the webhook' : 'Enable the webhook'}
            onConfirm={() => toggle.mutateAsync()}
          >
            <p>
              {isEnabled
                ? `Nothing is posted to ${originOf(webhookURL)} until it is enabled; it gets nothing of it later.`
                : `Notifications of ${app} are posted to ${originOf(webhookURL)} again.`}
            </p>
          </Confirm>
        </>
      }
    />
  );
}
