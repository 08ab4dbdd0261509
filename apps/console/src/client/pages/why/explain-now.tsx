import { useQuery } from '@tanstack/react-query';
import { queries } from '../../api/queries.ts';
import { Bidi } from '../../components/bidi.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';

interface ExplainNowProps {
  app: string;
  id: string;
  uid: string;
}

/** What would be decided if the same event came now: the user may have changed their mind since. Sends nothing. */
export function ExplainNow({ app, id, uid }: ExplainNowProps) {
  const { data, error, refetch, isFetching } = useQuery({
    ...queries.explanation(app, { eventId: id }, uid),
    enabled: false,
  });
  return (
    <div className="stack">
      <p className="row">
        <button type="button" className="button" disabled={isFetching} onClick={() => void refetch()}>
          Explain now
        </button>
        <span className="quiet">Decides the same event again as of now, and sends nothing.</span>
      </p>
      {error && <ErrorNotice error={error} />}
      {data && (
        <p className={data.decision === 'sent' ? 'notice good' : 'notice warn'} role="status">
          <Bidi text={data.sentence} />
        </p>
      )}
    </div>
  );
}
