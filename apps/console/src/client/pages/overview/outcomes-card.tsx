import { Link, useNavigate } from '@tanstack/react-router';
import { Chart } from '../../chart/chart.tsx';
import { Card } from '../../components/card.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { count } from '../../format/number.ts';
import { SETTLED } from '../../format/outcomes.ts';
import { RANGES, type Range, stepsOf } from './range.ts';
import { settledOf, useStats } from './stats.ts';

const PER: Record<Range, string> = { '1h': 'minute', '24h': '5 minutes', '7d': 'hour' };

/** A week has many a 06:00. */
const peakTime = (at: number, range: Range): string =>
  new Date(at).toLocaleString('en-GB', {
    ...(range === '7d' && { day: 'numeric', month: 'short' }),
    hour: '2-digit',
    minute: '2-digit',
  });

/** How the app's deliveries ended, over time. A click on a bar leads to the events of that time. */
export function OutcomesCard({ app, range }: { app: string; range: Range }) {
  const navigate = useNavigate();
  const { stepMs } = RANGES[range];
  const { data: stats, error } = useStats(app, range);
  const title = `Outcomes per ${PER[range]}`;
  if (!stats) return <Card title={title}>{error && <ErrorNotice error={error} />}</Card>;

  const points = new Map(stats.points.map((point) => [point.at, point]));
  const at = stepsOf(range, stats.to);
  const series = SETTLED.map(({ outcome, label, color }) => ({
    label,
    color,
    values: at.map((moment) => settledOf(points.get(moment)?.settled ?? [], { outcome })),
  }));
  const settled = (moment: number) => settledOf(points.get(moment)?.settled ?? []);
  const peak = at.reduce((best, moment) => (settled(moment) > settled(best) ? moment : best), at[0] ?? 0);
  const eventsOf = (moment: number) => ({ from: moment, to: moment + stepMs - 1 });
  return (
    <Card
      title={title}
      aside={
        settled(peak) > 0 && (
          <Link className="quiet" to="/a/$app/events" params={{ app }} search={eventsOf(peak)}>
            Peak: {count(settled(peak))} at {peakTime(peak, range)}
          </Link>
        )
      }
    >
      {error && <ErrorNotice error={error} />}
      <Chart
        title={title}
        at={at}
        series={series}
        // Half a bar wider, so that the first and the last are whole.
        from={(at[0] ?? 0) - stepMs / 2}
        to={(at.at(-1) ?? 0) + stepMs / 2}
        stacked
        height={310}
        format={count}
        onPick={(moment) => void navigate({ to: '/a/$app/events', params: { app }, search: eventsOf(moment) })}
        empty="No deliveries in this time."
      />
    </Card>
  );
}
