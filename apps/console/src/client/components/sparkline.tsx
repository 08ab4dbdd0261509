const WIDTH = 120;
const HEIGHT = 28;

/** Values over time as a small line. Decoration: what it says in numbers stands beside it. */
export function Sparkline({ values }: { values: readonly number[] }) {
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
