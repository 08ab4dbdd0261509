import type { StatsCounts } from '@fanfare/client';
import { useLive } from '../../api/live.tsx';
import { queries } from '../../api/queries.ts';
import { Sparkline } from '../../components/sparkline.tsx';
import { countOf } from '../../format/number.ts';

const HOURS = 24;
const HOUR_MS = 3_600_000;
const EVERY_MS = 60_000;

const eventsIn = ({ events }: StatsCounts): number => events.call + events.chat + events.bulk;

/** The events of an app in the last day, as a line of its hours. */
export function LastDay({ app }: { app: string }) {
  const stats = useLive(queries.stats(app, { lastMs: HOURS * HOUR_MS, step: '1h' }), EVERY_MS).data;
  if (!stats) return null;
  const byHour = new Map(stats.points.map((point) => [Math.floor(point.at / HOUR_MS), eventsIn(point)]));
  const first = Math.floor(stats.to / HOUR_MS) - HOURS + 1;
  const values = Array.from({ length: HOURS }, (_, hour) => byHour.get(first + hour) ?? 0);
  return (
    <span className="row fixed">
      <span className="minor">
        <Sparkline values={values} />
      </span>
      <span>{countOf(eventsIn(stats.total), 'event')}</span>
    </span>
  );
}
