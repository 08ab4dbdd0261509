import type { ProviderKind, SystemState } from '@fanfare/client';
import { Link } from '@tanstack/react-router';
import { Card } from '../../components/card.tsx';
import { PartsBar } from '../../components/parts-bar.tsx';
import { Time } from '../../components/time.tsx';
import { count, countOf, percent } from '../../format/number.ts';
import { inSentence, SETTLED } from '../../format/outcomes.ts';
import { PROVIDER_NAMES, PROVIDERS } from '../../format/words.ts';
import type { Range } from './range.ts';
import { settledOf, useStats } from './stats.ts';

interface ProvidersCardProps {
  system: SystemState;
  app: string | undefined;
  range: Range;
}

/** How the app's deliveries end at each provider, and which endpoints and credentials refuse. */
export function ProvidersCard({ system, app, range }: ProvidersCardProps) {
  return (
    <Card
      title="Providers"
      aside={
        app !== undefined && (
          <Link className="quiet" to="/a/$app/providers" params={{ app }}>
            {app}
          </Link>
        )
      }
    >
      {app === undefined && system.breakers.length === 0 && <p className="quiet">There is no app yet.</p>}
      {app !== undefined && PROVIDERS.map((provider) => <Provider key={provider} {...{ app, provider, range }} />)}
      {system.breakers.map(({ appId, provider, target, name, reason, since, waiting }) => (
        <p key={appId + provider + name} className="notice late">
          <strong>
            {PROVIDER_NAMES[provider]} {target} {name}
          </strong>{' '}
          of{' '}
          <Link to="/a/$app/providers" params={{ app: appId }}>
            {appId}
          </Link>
          : {inSentence(reason)} since <Time at={since} />, {countOf(waiting, 'delivery', 'deliveries')} waiting.
        </p>
      ))}
    </Card>
  );
}

function Provider({ app, provider, range }: { app: string; provider: ProviderKind; range: Range }) {
  const settled = useStats(app, range).data?.total.settled ?? [];
  const all = settledOf(settled, { provider });
  const accepted = settledOf(settled, { provider, outcome: 'accepted' });
  const parts = SETTLED.map(({ outcome, label, color }) => {
    return { label, color, count: settledOf(settled, { provider, outcome }) };
  }).filter((part) => part.count > 0);
  return (
    <div className="provider-row">
      <strong>{PROVIDER_NAMES[provider]}</strong>
      <span className="quiet">
        {all === 0 ? 'nothing sent' : `${percent(accepted / all)} of ${count(all)} accepted`}
      </span>
      <PartsBar parts={parts} />
    </div>
  );
}
