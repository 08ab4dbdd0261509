import { createRoute, useNavigate } from '@tanstack/react-router';
import { z } from 'zod/mini';
import { useLive } from '../../api/live.tsx';
import { queries } from '../../api/queries.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Page } from '../../components/page.tsx';
import { Segments } from '../../components/segments.tsx';
import { PauseButton } from '../../shell/pause-button.tsx';
import { rootRoute } from '../../shell/root.tsx';
import { useApp } from '../../shell/use-app.ts';
import { FirstSteps } from './first-steps.tsx';
import { LanesCard } from './lanes-card.tsx';
import { LatencyCard } from './latency-card.tsx';
import { LiveTail } from './live-tail.tsx';
import { OutcomesCard } from './outcomes-card.tsx';
import { ProvidersCard } from './providers-card.tsx';
import { RANGE_NAMES, RANGES } from './range.ts';
import { RedisCard } from './redis-card.tsx';
import { Verdict } from './verdict.tsx';
import { WorkersCard } from './workers-card.tsx';

export const overviewRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/',
  validateSearch: z.object({
    app: z.catch(z.optional(z.string()), undefined),
    range: z.catch(z.optional(z.enum(RANGE_NAMES)), undefined),
  }),
  component: Overview,
});

function Overview() {
  const app = useApp();
  const { range = '1h' } = overviewRoute.useSearch();
  const navigate = useNavigate({ from: '/' });
  const system = useLive(queries.system());
  const ranges = RANGE_NAMES.map((value) => ({ value, label: RANGES[value].label }));
  return (
    <Page
      title="Overview"
      actions={
        <>
          <Segments
            label="Time shown"
            options={ranges}
            chosen={range}
            onChoose={(chosen) => void navigate({ search: (old) => ({ ...old, range: chosen }) })}
          />
          <PauseButton />
        </>
      }
    >
      {system.error && <ErrorNotice error={system.error} />}
      {system.data && <Verdict system={system.data} />}
      <FirstSteps app={app} />
      {app !== undefined && (
        <div className="overview-charts">
          <OutcomesCard app={app} range={range} />
          <LatencyCard app={app} range={range} />
        </div>
      )}
      {system.data && (
        <>
          <LanesCard system={system.data} app={app} range={range} />
          <div className="columns three">
            <ProvidersCard system={system.data} app={app} range={range} />
            <RedisCard redis={system.data.redis} />
            <WorkersCard processes={system.data.processes} />
          </div>
        </>
      )}
      {app !== undefined && <LiveTail app={app} />}
    </Page>
  );
}
