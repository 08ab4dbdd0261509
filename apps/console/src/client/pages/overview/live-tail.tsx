import { Link } from '@tanstack/react-router';
import { useLive } from '../../api/live.tsx';
import { queries } from '../../api/queries.ts';
import { Card } from '../../components/card.tsx';
import { Outcome } from '../../components/outcome.tsx';
import { Table } from '../../components/table.tsx';
import { Time } from '../../components/time.tsx';
import { inSentence } from '../../format/outcomes.ts';
import { targetName } from '../../format/words.ts';

const ROWS = 15;
const EVERY_MS = 2000;
const COLUMNS = [
  { label: 'Time', isMinor: true } as const,
  'Event',
  'To',
  { label: 'Target', isMinor: true } as const,
  'Outcome',
  { label: 'Took', isNumber: true, isMinor: true } as const,
];

/** The latest attempts of the app, as they happen. */
export function LiveTail({ app }: { app: string }) {
  const { data } = useLive(queries.outcomes(app, ROWS), EVERY_MS);
  const rows = [...(data?.data ?? [])].reverse();
  return (
    <Card title="Live" aside={<p className="quiet">the latest attempts, a sample when there are many</p>}>
      {data && rows.length === 0 && <p className="quiet">Nothing was sent in the last hour.</p>}
      {rows.length > 0 && (
        <Table label="Latest attempts" columns={COLUMNS}>
          {rows.map(({ at, eventId, type, uid, provider, platform, outcome, reason, attempt, durationMs }) => (
            <tr key={`${at}${eventId}${uid}${provider}${platform}${attempt}`} className="fresh">
              <td className="minor">
                <Time at={at} />
              </td>
              <td>
                <Link to="/a/$app/events/$id" params={{ app, id: eventId }}>
                  {type}
                </Link>
              </td>
              <td>
                <Link to="/a/$app/events/$id/$uid" params={{ app, id: eventId, uid }}>
                  {uid}
                </Link>
              </td>
              <td className="minor">{targetName({ provider, ...(platform === undefined ? {} : { platform }) })}</td>
              <td>
                <Outcome outcome={outcome} />
                {reason && <span className="quiet"> {inSentence(reason)}</span>}
                {attempt > 1 && <span className="quiet"> attempt {attempt}</span>}
              </td>
              <td className="number minor">{durationMs} ms</td>
            </tr>
          ))}
        </Table>
      )}
    </Card>
  );
}
