import type { RecipientTrace } from '@fanfare/client';
import { createRoute, Link } from '@tanstack/react-router';
import { useLive } from '../../api/live.tsx';
import { queries } from '../../api/queries.ts';
import { Bidi } from '../../components/bidi.tsx';
import { Card } from '../../components/card.tsx';
import { CopyButton } from '../../components/copy-button.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Page } from '../../components/page.tsx';
import { styleOf } from '../../format/outcomes.ts';
import { appRoute } from '../../shell/app-route.tsx';
import { Attempts } from './attempts.tsx';
import { ExplainNow } from './explain-now.tsx';
import { Ladder } from './ladder-view.tsx';
import { LockScreens } from './lock-screens.tsx';

export const whyRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/events/$id/$uid',
  component: Why,
});

const LEVELS: Record<Exclude<RecipientTrace['decision'], 'sent'>, string> = {
  suppressed: 'notice warn',
  not_in_audience: 'notice',
  not_decided_yet: 'notice',
};

/** What was sent is as good as the targets that took it. */
function levelOf({ decision, targets }: RecipientTrace): string {
  if (decision !== 'sent') return LEVELS[decision];
  const failed = targets.filter(({ state }) => styleOf(state).isFailure).length;
  if (failed === 0) return 'notice good';
  return failed === targets.length ? 'notice late' : 'notice warn';
}

function Why() {
  const { app, id, uid } = whyRoute.useParams();
  const { data: trace, error } = useLive(queries.trace(app, id, uid));
  const { data: event } = useLive(queries.event(app, id));
  return (
    <Page title={`Why: ${uid}`} actions={<CopyButton text={location.href}>Copy link</CopyButton>}>
      <p className="row quiet">
        <Link to="/a/$app/events/$id" params={{ app, id }}>
          {event?.type ?? 'Event'}
        </Link>
        <code>{id}</code>
        <Link to="/a/$app/people/$uid" params={{ app, uid }}>
          Devices and preferences of {uid}
        </Link>
      </p>
      {error && <ErrorNotice error={error} />}
      {trace && (
        <>
          <p className={`${levelOf(trace)} sentence`} aria-live="polite">
            <Bidi text={trace.sentence} />
          </p>
          <div className="columns">
            <Card title="Decision">
              <Ladder trace={trace} />
              <ExplainNow app={app} id={id} uid={uid} />
            </Card>
            <Card title="Deliveries">
              <Attempts app={app} trace={trace} />
            </Card>
          </div>
          <LockScreens app={app} source={{ eventId: id }} uid={uid} />
        </>
      )}
    </Page>
  );
}
