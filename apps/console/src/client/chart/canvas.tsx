import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { type ChartProps, HEIGHT, words } from './chart-props.ts';
import { useColorScheme } from './use-color-scheme.ts';

/** From this width on, the axis shows days, in ms. */
const DAYS_FROM_MS = 48 * 3_600_000;

/** The chart itself; what it shows stands in a table beside it. Loaded by `chart.tsx` alone. */
export default function Canvas({ at, series, from, to, stacked = false, format, onPick, height = HEIGHT }: ChartProps) {
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
          { ...axis(element), size: 30, values: (_, ticks) => ticks.map((tick) => timeOf(tick, latest.current)) },
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
function heights(series: ChartProps['series']): number[][] {
  const sums: number[][] = [];
  for (const { values } of series) {
    const below = sums.at(-1);
    sums.push(values.map((value, i) => (value ?? 0) + (below?.[i] ?? 0)));
  }
  return sums.reverse();
}

function seriesOf(element: HTMLElement, series: ChartProps['series'], stacked: boolean): uPlot.Series[] {
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
