import { lazy, Suspense } from 'react';
import { type ChartProps, HEIGHT, words } from './chart-props.ts';

/** With uPlot, which only pages with a chart load. */
const Canvas = lazy(() => import('./canvas.tsx'));

/** The only wrapper of uPlot: a chart over time, its legend, and the same numbers as a table for screen readers. */
export function Chart(props: ChartProps) {
  const { title, at, series, format, empty } = props;
  const shown = series.filter(({ values }) => values.some((value) => value !== null && value !== 0));
  if (shown.length === 0) return <div className="chart chart-empty quiet">{empty ?? 'Nothing in this time.'}</div>;
  return (
    <figure className="chart">
      <Suspense fallback={<div style={{ height: props.height ?? HEIGHT }} />}>
        <Canvas {...props} series={shown} />
      </Suspense>
      <figcaption>
        <ul className="legend">
          {shown.map(({ label, color }) => (
            <li key={label}>
              <span className="swatch" style={{ background: `var(${color})` }} />
              {label}
            </li>
          ))}
        </ul>
      </figcaption>
      <Numbers title={title} at={at} series={shown} format={format} />
    </figure>
  );
}

function Numbers({ title, at, series, format }: Pick<ChartProps, 'title' | 'at' | 'series' | 'format'>) {
  // Only when there was anything: no one wants to hear an hour of zeros.
  const counted = at.map((moment, i) => [moment, i] as const).filter(([, i]) => series.some(({ values }) => values[i]));
  return (
    <div className="hidden">
      <table>
        <caption>{title}</caption>
        <thead>
          <tr>
            <th scope="col">Time</th>
            {series.map(({ label }) => (
              <th scope="col" key={label}>
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {counted.map(([moment, i]) => (
            <tr key={moment}>
              <th scope="row">{new Date(moment).toLocaleString('en-GB')}</th>
              {series.map(({ label, values }) => (
                <td key={label}>{words(values[i], format)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
