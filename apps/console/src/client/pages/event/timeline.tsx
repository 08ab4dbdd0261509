import type { ListedEvent } from '@fanfare/client';
import { useLive } from '../../api/live.tsx';
import { queries } from '../../api/queries.ts';
import { Time } from '../../components/time.tsx';
import { useNow } from '../../components/use-now.ts';
import { duration } from '../../format/time.ts';
import { type Moment, momentsOf } from './moments.ts';

const LATEST = 500;

/** When the event was received, sent and done, and when it would have been too late. */
export function Timeline({ app, event }: { app: string; event: ListedEvent }) {
  const attempts = useLive(queries.outcomes(app, LATEST)).data?.data ?? [];
  const moments = momentsOf(event, attempts, useNow());
  return (
    <ol className="timeline">
      {moments.map(({ label, at, state }) => (
        <li key={label} className={state}>
          <span className="timeline-label">{label}</span>
          <Time at={at} />
          <span className="quiet number">{after(event, at, state)}</span>
        </li>
      ))}
    </ol>
  );
}

function after({ receivedAt }: ListedEvent, at: number, state: Moment['state']): string {
  if (at === receivedAt) return '';
  return `${state === 'ahead' ? 'at' : '+'} ${duration(at - receivedAt)}`;
}
