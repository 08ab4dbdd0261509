import { useLive } from '../../api/live.tsx';
import { queries } from '../../api/queries.ts';
import { Chart } from '../../chart/chart.tsx';
import { OUTCOMES } from '../../format/outcomes.ts';

const HOUR_MS = 3_600_000;

/** How deliveries ended, per minute. */
export function Outcomes({ app }: { app: string }) {
  const stats = useLive(queries.stats(app, {})).data;
  if (!stats) return null;
  const series = OUTCOMES.map(({ outcome, label, color }) => ({
    label,
    color,
    values: stats.points.map(({ settled }) => settled.find((one) => one.outcome === outcome)?.count ?? 0),
  }));
  const at = stats.points.map((point) => point.at);
  return (
    <section className="card" aria-labelledby="outcomes">
      <h2 id="outcomes">Outcomes</h2>
      <Chart
        title="Outcomes per minute"
        at={at}
        series={series}
        from={stats.to - HOUR_MS}
        to={stats.to}
        stacked
        format={String}
      />
    </section>
  );
}
