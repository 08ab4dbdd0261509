import type { ProviderKind, SystemState } from '@fanfare/client';
import { createRoute } from '@tanstack/react-router';
import { useLive } from '../../api/live.tsx';
import { queries } from '../../api/queries.ts';
import { Card } from '../../components/card.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Page } from '../../components/page.tsx';
import { Table } from '../../components/table.tsx';
import { Time } from '../../components/time.tsx';
import { count } from '../../format/number.ts';
import { PROVIDER_NAMES } from '../../format/words.ts';
import { PauseButton } from '../../shell/pause-button.tsx';
import { rootRoute } from '../../shell/root.tsx';
import { LanesCard } from '../overview/lanes-card.tsx';
import { RedisCard } from '../overview/redis-card.tsx';
import { Verdict } from '../overview/verdict.tsx';
import { BreakersCard } from './breakers-card.tsx';
import { ConfigurationCard } from './configuration-card.tsx';
import { LaneSwitch } from './lane-switch.tsx';
import { SweeperCard } from './sweeper-card.tsx';

export const systemRoute = createRoute({ getParentRoute: () => rootRoute, path: '/system', component: System });

function System() {
  const { data: system, error } = useLive(queries.system());
  return (
    <Page title="System" actions={<PauseButton />}>
      {error && <ErrorNotice error={error} />}
      {system && (
        <>
          <Verdict system={system} />
          <Processes processes={system.processes} />
          <BreakersCard breakers={system.breakers} />
          <LanesCard system={system} app={undefined} range="1h" action={(state) => <LaneSwitch {...state} />} />
          <SweeperCard processes={system.processes} at={system.at} />
          <RedisCard redis={system.redis} />
          <ConfigurationCard />
        </>
      )}
    </Page>
  );
}

const COLUMNS = [
  'Role',
  'Host',
  { label: 'Process', isNumber: true, isMinor: true } as const,
  'Version',
  'Serves',
  { label: 'In flight', isNumber: true } as const,
  { label: 'Started', isMinor: true } as const,
  'Last report',
];

/** What a process works on: `FCM, APNs, shards 0 and 1`. */
function servesOf(providers: readonly string[] = [], shards: readonly number[] = []): string {
  const names = providers.map((provider) => PROVIDER_NAMES[provider as ProviderKind] ?? provider);
  const own = shards.length === 0 ? [] : [`${shards.length === 1 ? 'shard' : 'shards'} ${shards.join(' and ')}`];
  return [...names, ...own].join(', ') || '–';
}

function Processes({ processes }: Pick<SystemState, 'processes'>) {
  const versions = new Set(processes.map(({ version }) => version));
  return (
    <Card title="Processes" aside={<p className="quiet">each reports every few seconds</p>}>
      {versions.size > 1 && (
        <p className="notice warn">Versions are mixed: {[...versions].join(' and ')}. Finish the upgrade.</p>
      )}
      <Table label="Processes" columns={COLUMNS}>
        {processes.map(({ id, role, host, pid, version, providers, shards, inFlight, startedAt, seenAt }) => (
          <tr key={id}>
            <th scope="row">{role}</th>
            <td>{host}</td>
            <td className="number minor">{pid}</td>
            <td>{version}</td>
            <td>{servesOf(providers, shards)}</td>
            <td className="number">{inFlight === undefined ? '–' : count(inFlight)}</td>
            <td className="minor">
              <Time at={startedAt} as="ago" />
            </td>
            <td>
              <Time at={seenAt} as="ago" />
            </td>
          </tr>
        ))}
      </Table>
    </Card>
  );
}
