import { createRoute, Link } from '@tanstack/react-router';
import { z } from 'zod/mini';
import { replay } from '../../api/dead-letters.ts';
import { useLive } from '../../api/live.tsx';
import { queries } from '../../api/queries.ts';
import { Card } from '../../components/card.tsx';
import { CopyButton } from '../../components/copy-button.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Page } from '../../components/page.tsx';
import { PartsBar, PartsLegend } from '../../components/parts-bar.tsx';
import { StateTag } from '../../components/state-tag.tsx';
import { countOf } from '../../format/number.ts';
import { inSentence, partsOf } from '../../format/outcomes.ts';
import { LANE_NAMES } from '../../format/words.ts';
import { appRoute } from '../../shell/app-route.tsx';
import { PauseButton } from '../../shell/pause-button.tsx';
import { RunNotice } from '../dead-letters/run-notice.tsx';
import { useRun } from '../dead-letters/runs.tsx';
import { Recipients } from './recipients.tsx';
import { SendAgain } from './send-again.tsx';
import { Timeline } from './timeline.tsx';

const text = z.catch(z.optional(z.string()), undefined);

export const eventRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/events/$id',
  validateSearch: z.object({ show: text, provider: text, reason: text }),
  component: Event,
});

function Event() {
  const { app, id } = eventRoute.useParams();
  const { data: event, error } = useLive(queries.event(app, id));
  const { run, start, stop, close } = useRun(app);
  if (error) return <ErrorNotice error={error} />;
  if (event === undefined) return <Page title="Event">{null}</Page>;
  if (event === null) {
    return (
      <Page title="No such event">
        <p>
          {app} has no event with the id <code>{id}</code>. Events are removed some time after they are done;{' '}
          <Link to="/a/$app/settings" params={{ app }}>
            the settings
          </Link>{' '}
          say when.
        </p>
      </Page>
    );
  }
  const { type, sender, conversation, counts, state, lane, messageId } = event;
  const parts = partsOf(counts);
  const failed = counts.rejected;
  return (
    <Page
      title={type}
      actions={
        <>
          <StateTag state={state} lane={lane} />
          {failed > 0 && (
            <SendAgain
              app={app}
              id={id}
              failed={failed}
              disabled={run?.isRunning ?? false}
              onConfirm={() => start('Sending again', (options) => replay(app, { filter: { eventId: id } }, options))}
            />
          )}
          <PauseButton />
        </>
      }
    >
      {run && <RunNotice run={run} onStop={stop} onClose={close} />}
      <div className="row quiet">
        <code>{id}</code>
        <CopyButton text={id}>Copy id</CopyButton>
      </div>
      <div className="columns">
        <Card title="Outcome" aside={<p className="quiet">{countOf(counts.audience, 'recipient')}</p>}>
          <PartsBar parts={parts} tall />
          <PartsLegend parts={parts} />
          {Object.keys(counts.suppressed).length > 0 && (
            <p className="quiet">
              Not notified:{' '}
              {Object.entries(counts.suppressed)
                .map(([reason, users]) => `${countOf(users, 'user')}: ${inSentence(reason)}`)
                .join('; ')}
              .
            </p>
          )}
        </Card>
        <Card title="Timeline" aside={<p className="quiet">lane: {LANE_NAMES[lane].toLowerCase()}</p>}>
          <Timeline app={app} event={event} />
          <dl className="facts">
            <div>
              <dt>From</dt>
              <dd>{sender}</dd>
            </div>
            {conversation && (
              <div>
                <dt>{conversation.type === 'group' ? 'Group' : 'To'}</dt>
                <dd>{conversation.id}</dd>
              </div>
            )}
            {messageId && (
              <div>
                <dt>Message</dt>
                <dd>{messageId}</dd>
              </div>
            )}
          </dl>
        </Card>
      </div>
      <Recipients app={app} id={id} counts={counts} />
    </Page>
  );
}
