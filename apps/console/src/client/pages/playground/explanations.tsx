import type { FanfareEvent } from '@fanfare/client';
import { useQuery } from '@tanstack/react-query';
import { queries } from '../../api/queries.ts';
import { Bidi } from '../../components/bidi.tsx';
import { Card } from '../../components/card.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Ladder } from '../why/ladder-view.tsx';

interface ExplanationsProps {
  app: string;
  event: FanfareEvent;
  uids: readonly string[];
}

/** Who would get the event, and why; nothing is sent. */
export function Explanations({ app, event, uids }: ExplanationsProps) {
  return (
    <Card title="Who would get it">
      {uids.length === 0 && <p className="quiet">Name the users to check.</p>}
      {uids.map((uid) => (
        <Explained key={uid} app={app} event={event} uid={uid} />
      ))}
    </Card>
  );
}

function Explained({ app, event, uid }: { app: string; event: FanfareEvent; uid: string }) {
  const { data, error } = useQuery({ ...queries.explanation(app, { event }, uid), retry: false });
  if (error) return <ErrorNotice error={error} />;
  if (!data) return <p className="loading">Explaining {uid}…</p>;
  const { decision, sentence } = data;
  const decided = decision === 'suppressed' || decision === 'not_in_audience' ? decision : 'sent';
  return (
    <div className="stack">
      <p className={decision === 'sent' ? 'notice good' : 'notice warn'}>
        <Bidi text={sentence} />
      </p>
      <details>
        <summary>Each step for {uid}</summary>
        <Ladder trace={{ ...data, decision: decided }} />
      </details>
    </div>
  );
}
