import { useState } from 'react';
import { Chart } from '../../chart/chart.tsx';
import { Card } from '../../components/card.tsx';
import { Segments } from '../../components/segments.tsx';
import { latency } from '../../format/number.ts';
import { percentile } from '../../format/percentile.ts';
import { LANE_NAMES, LANES } from '../../format/words.ts';
import { RANGES, type Range, stepsOf } from './range.ts';
import { useStats } from './stats.ts';

const SHARES = [
  { name: 'p50', share: 0.5 },
  { name: 'p95', share: 0.95 },
  { name: 'p99', share: 0.99 },
] as const;
type ShareName = (typeof SHARES)[number]['name'];

/** How soon the app's deliveries were accepted, by lane. */
export function LatencyCard({ app, range }: { app: string; range: Range }) {
  const [chosen, setChosen] = useState<ShareName>('p95');
  const { ms } = RANGES[range];
  const { data: stats } = useStats(app, range);
  if (!stats) return <Card title="Time to acceptance">{null}</Card>;

  const { share } = SHARES.find(({ name }) => name === chosen) ?? SHARES[1];
  const points = new Map(stats.points.map((point) => [point.at, point]));
  const at = stepsOf(range, stats.to);
  const series = LANES.map((lane) => ({
    label: LANE_NAMES[lane],
    color: `--${lane}` as const,
    values: at.map((moment) => percentile(points.get(moment)?.latency[lane], stats.bucketsS, share)),
  }));
  return (
    <Card
      title="Time to acceptance"
      aside={
        <Segments
          label="Percentile"
          options={SHARES.map(({ name }) => ({ value: name, label: name }))}
          chosen={chosen}
          onChoose={setChosen}
        />
      }
    >
      <Chart
        title={`Seconds from an event's receipt to acceptance, ${chosen}, by lane`}
        at={at}
        series={series}
        from={stats.to - ms}
        to={stats.to}
        format={latency}
        empty="No delivery was accepted in this time."
      />
      <dl className="facts wide">
        {LANES.map((lane) => {
          const total = stats.total.percentiles[lane];
          return (
            total && (
              <div key={lane}>
                <dt>{LANE_NAMES[lane]}: p50, p95, p99</dt>
                <dd>{SHARES.map(({ name }) => latency(total[name])).join(' · ')}</dd>
              </div>
            )
          );
        })}
      </dl>
    </Card>
  );
}
