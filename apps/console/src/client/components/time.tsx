import { ago, clockTime, fullTime } from '../format/time.ts';
import { useNow } from './use-now.ts';

/** A moment as the time of day, or as how long ago it was; in full when pointed at. */
export function Time({ at, as = 'clock' }: { at: number; as?: 'clock' | 'ago' }) {
  const now = useNow();
  return (
    <time dateTime={new Date(at).toISOString()} title={fullTime(at)}>
      {as === 'ago' ? ago(at, now) : clockTime(at, now)}
    </time>
  );
}
