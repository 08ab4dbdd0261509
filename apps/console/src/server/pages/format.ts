/** A number of jobs, e.g. `12,345`. */
export const count = (jobs: number): string => jobs.toLocaleString('en-US');

const UNITS = [
  { ms: 86_400_000, name: 'd' },
  { ms: 3_600_000, name: 'h' },
  { ms: 60_000, name: 'min' },
  { ms: 1000, name: 's' },
] as const;

/** A waiting time in its largest unit, rounded down: `3 min`; `–` if nothing is waiting. */
export function age(ms: number): string {
  if (ms === 0) return '–';
  const unit = UNITS.find((each) => ms >= each.ms);
  return unit ? `${Math.floor(ms / unit.ms)} ${unit.name}` : '< 1 s';
}
