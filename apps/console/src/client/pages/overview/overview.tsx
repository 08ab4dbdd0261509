import { createRoute } from '@tanstack/react-router';
import { z } from 'zod/mini';
import { useLive } from '../../api/live.tsx';
import { queries } from '../../api/queries.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Page } from '../../components/page.tsx';
import { PauseButton } from '../../shell/pause-button.tsx';
import { rootRoute } from '../../shell/root.tsx';
import { useApp } from '../../shell/use-app.ts';
import { Outcomes } from './outcomes.tsx';

export const overviewRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/',
  validateSearch: z.object({ app: z.catch(z.optional(z.string()), undefined) }),
  component: Overview,
});

function Overview() {
  const app = useApp();
  const system = useLive(queries.system());
  return (
    <Page title="Overview" actions={<PauseButton />}>
      {system.error && <ErrorNotice error={system.error} />}
      <ul className="stack">
        {system.data?.verdict.map(({ level, code, sentence }) => (
          <li key={code + sentence} className={`notice ${level === 'ok' ? 'good' : 'late'}`}>
            {sentence}
          </li>
        ))}
      </ul>
      {app !== undefined && <Outcomes app={app} />}
    </Page>
  );
}
