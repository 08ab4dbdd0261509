import { Link } from '@tanstack/react-router';
import { useLive } from '../../api/live.tsx';
import { queries } from '../../api/queries.ts';
import { Card } from '../../components/card.tsx';
import { Outcome } from '../../components/outcome.tsx';
import { PartsBar, PartsLegend } from '../../components/parts-bar.tsx';
import { StateTag } from '../../components/state-tag.tsx';
import { countOf } from '../../format/number.ts';
import { inSentence, partsOf } from '../../format/outcomes.ts';
import { targetName } from '../../format/words.ts';

const EVERY_MS = 700;
/** Once every delivery is settled; a reader may still look at it. */
const WHEN_DONE_MS = 10_000;
const LATEST = 200;
const ROWS = 12;

const every = (isDone: boolean): number => (isDone ? WHEN_DONE_MS : EVERY_MS);

/** The outcomes of an event that was just sent, as they arrive. */
export function Watch({ app, id }: { app: string; id: string }) {
  const { data: event } = useLive(queries.event(app, id), (last) => every(last?.state === 'done'));
  const latest = useLive(queries.outcomes(app, LATEST), every(event?.state === 'done')).data?.data ?? [];
  const attempts = latest.filter(({ eventId }) => eventId === id);
  const parts = event ? partsOf(event.counts) : [];
  return (
    <Card title="Sent" aside={event && <StateTag state={event.state} lane={event.lane} />}>
      <p className="quiet">
        <Link to="/a/$app/events/$id" params={{ app, id }}>
          {id}
        </Link>
        {event && `: ${countOf(event.counts.audience, 'recipient')}`}
      </p>
      <div role="status" className="stack">
        <PartsBar parts={parts} tall />
        <PartsLegend parts={parts} />
      </div>
      <ul className="watched">
        {attempts.slice(-ROWS).map(({ at, uid, provider, platform, outcome, reason, durationMs, attempt }) => (
          <li key={`${at}${uid}${provider}${platform}${attempt}`} className="fresh">
            <Link to="/a/$app/events/$id/$uid" params={{ app, id, uid }}>
              {uid}
            </Link>
            <span>{targetName({ provider, platform })}</span>
            <span>
              <Outcome outcome={outcome} />
              {reason && <span className="quiet"> {inSentence(reason)}</span>}
            </span>
            <span className="quiet number">{durationMs} ms</span>
          </li>
        ))}
      </ul>
    </Card>
  );
}
