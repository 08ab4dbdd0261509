import { type ReactNode, useEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { useColorScheme } from './use-color-scheme.ts';

/** One line, or one part of the stacked bars. */
interface Series {
  label: string;
  /** Of the tokens, e.g. `--accepted`. */
  color: `--${string}`;
  /** Null where nothing is known. */
  values: readonly (number | null)[];
}

interface ChartProps {
  /** What is shown; the caption of the table for screen readers. */
  title: string;
  /** Epoch ms, rising. */
  at: readonly number[];
  series: readonly Series[];
  /** The whole range of time, epoch ms. */
  from: number;
  to: number;
  /** Bars on top of each other, the first series at the bottom; else lines. */
  stacked?: boolean;
  /** A value in words, with its unit. */
  format: (value: number) => string;
  /** A click on a moment, epoch ms. */
  onPick?: (at: number) => void;
  /** In pixels. */
  height?: number;
  /** Shown instead of a chart without values. */
  empty?: ReactNode;
}

const HEIGHT = 230;

/** From this width on, the axis shows days, in ms. */
const DAYS_FROM_MS = 48 * 3_600_000;

/** The only wrapper of uPlot: a chart over time, its legend, and the same numbers as a table for screen readers. */
export function Chart(props: ChartProps) {
  const { title, at, series, format, empty } = props;
  const shown = series.filter(({ values }) => values.some((value) => value !== null && value !== 0));
  if (shown.length === 0) return <div className="chart chart-empty quiet">{empty ?? 'Nothing in this time.'}</div>;
  return (
    <figure className="chart">
      <Canvas {...props} series={shown} />
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
          {at.map((moment, i) => (
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

const words = (value: number | null | undefined, format: ChartProps['format']): string =>
  value === null || value === undefined ? '–' : format(value);

function Canvas({ at, series, from, to, stacked = false, format, onPick, height = HEIGHT }: ChartProps) {
  const frame = useRef<HTMLDivElement>(null);
  const tip = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  // Read by the handlers of a plot that was made with earlier ones.
  const latest = useRef({ at, series, format, onPick, from, to });
  latest.current = { at, series, format, onPick, from, to };
  const scheme = useColorScheme();
  const shape = series.map(({ label, color }) => label + color).join();

  useEffect(() => {
    const element = frame.current as HTMLDivElement;
    const made = new uPlot(
      {
        width: element.clientWidth,
        height,
        legend: { show: false },
        padding: [8, 18, 0, 0],
        scales: { x: { time: true }, y: { range: (_, __, max) => [0, Math.max(max * 1.08, stacked ? 4 : 0.001)] } },
        cursor: { y: false, drag: { x: false, y: false }, points: { show: !stacked } },
        axes: [
          { ...axis(element), values: (_, ticks) => ticks.map((tick) => timeOf(tick, latest.current)) },
          { ...axis(element), size: 58, values: (_, ticks) => ticks.map((tick) => format(tick)) },
        ],
        series: [{}, ...seriesOf(element, series, stacked)],
        hooks: { setCursor: [(chart) => showTip(chart, tip.current, latest.current)] },
      },
      [[]],
      element,
    );
    plot.current = made;
    const pick = () => {
      const moment = latest.current.at[made.cursor.idx ?? -1];
      if (moment !== undefined) latest.current.onPick?.(moment);
    };
    made.over.addEventListener('click', pick);
    const resized = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }));
    resized.observe(element);
    return () => {
      resized.disconnect();
      made.destroy();
    };
  }, [shape, scheme, stacked, height]);

  useEffect(() => {
    const values = stacked ? heights(series) : series.map((one) => [...one.values]);
    plot.current?.setData([at.map((moment) => moment / 1000), ...values] as uPlot.AlignedData, false);
    plot.current?.setScale('x', { min: from / 1000, max: to / 1000 });
  });

  return (
    <div className={onPick ? 'chart-canvas pickable' : 'chart-canvas'} ref={frame} aria-hidden="true">
      <div className="chart-tip" ref={tip} hidden />
    </div>
  );
}

/** The upper edges of stacked series, the highest first, since each is drawn over those before it. */
function heights(series: readonly Series[]): number[][] {
  const sums: number[][] = [];
  for (const { values } of series) {
    const below = sums.at(-1);
    sums.push(values.map((value, i) => (value ?? 0) + (below?.[i] ?? 0)));
  }
  return sums.reverse();
}

function seriesOf(element: HTMLElement, series: readonly Series[], stacked: boolean): uPlot.Series[] {
  if (!stacked)
    return series.map(({ color }) => ({
      stroke: resolve(element, color),
      width: 2,
      spanGaps: true,
      points: { show: true, size: 5, fill: resolve(element, color) },
    }));
  const bars = (uPlot.paths.bars as NonNullable<typeof uPlot.paths.bars>)({ size: [0.85, 28] });
  const drawn = [...series].reverse();
  return drawn.map(({ color }) => ({ fill: resolve(element, color), width: 0, paths: bars, points: { show: false } }));
}

function axis(element: HTMLElement): uPlot.Axis {
  const line = { stroke: resolve(element, '--line'), width: 1 };
  return { stroke: resolve(element, '--quiet'), grid: line, ticks: { ...line, size: 4 }, font: '12px system-ui' };
}

/** A moment on the axis, epoch s: a time of day, or a day. */
function timeOf(moment: number, { from, to }: Pick<ChartProps, 'from' | 'to'>): string {
  const date = new Date(moment * 1000);
  if (to - from < DAYS_FROM_MS) return date.toLocaleTimeString('en-GB', { timeStyle: 'short' });
  return date.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' });
}

/** The value of a colour token; a canvas cannot read `light-dark()`. */
function resolve(element: HTMLElement, token: string): string {
  const probe = element.appendChild(document.createElement('span'));
  probe.style.color = `var(${token})`;
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

function showTip(
  chart: uPlot,
  tip: HTMLDivElement | null,
  { at, series, format }: Pick<ChartProps, 'at' | 'series' | 'format'>,
): void {
  const i = chart.cursor.idx;
  const moment = i === null || i === undefined ? undefined : at[i];
  if (!tip) return;
  tip.hidden = moment === undefined || (chart.cursor.left ?? -1) < 0;
  if (tip.hidden || moment === undefined || i === null || i === undefined) return;
  const rows = series
    .filter(({ values }) => values[i])
    .map(({ label, values }) => `${label} ${words(values[i], format)}`);
  tip.textContent = [
    new Date(moment).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' }),
    ...rows,
  ].join('\n');
  const left = (chart.cursor.left ?? 0) + 70;
  const isRight = left > chart.width - 170;
  tip.style.left = `${isRight ? left - 190 : left + 10}px`;
}
