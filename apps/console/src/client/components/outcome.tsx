import { styleOf } from '../format/outcomes.ts';

/** An outcome as its word, behind a dot of its colour. */
export function Outcome({ outcome }: { outcome: string }) {
  const { label, color } = styleOf(outcome);
  return (
    <span className="outcome">
      <span className="dot" style={{ background: `var(${color})` }} />
      {label}
    </span>
  );
}
