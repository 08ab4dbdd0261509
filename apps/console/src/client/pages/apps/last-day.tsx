import type { StatsCounts } from '@fanfare/client';
import { useLive } from '../../api/live.tsx';
import { queries } from '../../api/queries.ts';
import { countOf } from '../../format/number.ts';

const HOURS = 24;
const HOUR_MS = 3_600_000;
const EVERY_MS = 60_000;
const WIDTH = 120;
const HEIGHT = 28;

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
      <Sparkline values={values} />
      <span>{countOf(eventsIn(stats.total), 'event')}</span>
    </span>
  );
}

/** Decoration: the number stands beside it. */
function Sparkline({ values }: { values: readonly number[] }) {
  const highest = Math.max(...values, 1);
  const x = (i: number) => (i / (values.length - 1)) * WIDTH;
  const y = (value: number) => HEIGHT - 2 - (value / highest) * (HEIGHT - 4);
  const line = values.map((value, i) => `${x(i).toFixed(1)},${y(value).toFixed(1)}`).join(' ');
  return (
    <svg className="sparkline" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} width={WIDTH} height={HEIGHT} aria-hidden="true">
      <polygon points={`0,${HEIGHT} ${line} ${WIDTH},${HEIGHT}`} fill="var(--accent-ground)" />
      <polyline points={line} fill="none" stroke="var(--accent)" strokeWidth="1.5" />
    </svg>
  );
}
