import type { AppStats, ProviderKind } from '@fanfare/client';
import { createRoute } from '@tanstack/react-router';
import { appQueries } from '../../api/app-queries.ts';
import { useLive } from '../../api/live.tsx';
import { queries } from '../../api/queries.ts';
import { useIsAdmin } from '../../api/use-role.ts';
import { Empty } from '../../components/empty.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Page } from '../../components/page.tsx';
import { appRoute } from '../../shell/app-route.tsx';
import { AddProvider } from './add-provider.tsx';
import { ApnsCard, FcmCard } from './credential-cards.tsx';
import { type Health, healthOf } from './provider-card.tsx';
import { originOf, WebhookCard } from './webhook-card.tsx';

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
        <Empty title="No provider yet.">
          Notifications of {app} reach no one until it has one. Add the service account of Firebase for Android and web,
          a key of APNs for iPhones, or a webhook of yours.
        </Empty>
      )}
      {providers && (
        <div className="columns">
          {providers.fcm.map((one) => (
            <FcmCard
              key={one.providerId}
              app={app}
              credential={one}
              health={health('fcm', one.providerId, one.failing)}
            />
          ))}
          {providers.apns.map((one) => (
            <ApnsCard
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
