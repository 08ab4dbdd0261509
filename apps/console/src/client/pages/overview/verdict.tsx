import type { SystemState } from '@fanfare/client';

const CLASSES = { critical: 'notice verdict late', warning: 'notice verdict warn', ok: 'notice verdict good' } as const;

/** What the system says of itself, the worst first. */
export function Verdict({ system }: { system: SystemState }) {
  return (
    <ul className="stack" aria-label="State of the system" aria-live="polite">
      {system.verdict.map(({ level, code, sentence }, i) => (
        <li key={code + sentence} className={CLASSES[level] + (i === 0 ? ' first' : '')}>
          {sentence}
        </li>
      ))}
    </ul>
  );
}
