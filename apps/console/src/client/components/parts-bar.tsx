import { count } from '../format/number.ts';
import type { Part } from '../format/outcomes.ts';

/** Counts as one bar. What it shows stands beside it in words, or in `label`. */
export function PartsBar({ parts, tall = false }: { parts: readonly Part[]; tall?: boolean }) {
  const words = parts.map((part) => `${part.label}: ${count(part.count)}`).join(', ');
  return (
    <div className={tall ? 'parts tall' : 'parts'} role="img" aria-label={words || 'Nothing yet'} title={words}>
      {parts.map(({ label, color, count: size }) => (
        <span key={label} style={{ flex: `${size} 0 3px`, background: `var(${color})` }} />
      ))}
    </div>
  );
}

/** The parts of a bar with their numbers. */
export function PartsLegend({ parts }: { parts: readonly Part[] }) {
  return (
    <ul className="legend">
      {parts.map(({ label, color, count: size }) => (
        <li key={label}>
          <span className="swatch" style={{ background: `var(${color})` }} />
          {label} {count(size)}
        </li>
      ))}
    </ul>
  );
}
