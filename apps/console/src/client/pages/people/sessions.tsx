import { appQueries, type UserSession } from '../../api/app-queries.ts';
import { fanfareOf } from '../../api/fanfare.ts';
import { useLive } from '../../api/live.tsx';
import { useIsAdmin } from '../../api/use-role.ts';
import { useSave } from '../../api/use-save.ts';
import { Card } from '../../components/card.tsx';
import { Confirm } from '../../components/confirm.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Table } from '../../components/table.tsx';
import { Time } from '../../components/time.tsx';
import { count } from '../../format/number.ts';

/** Where a user is logged in. */
export function Sessions({ app, uid }: { app: string; uid: string }) {
  const { data: sessions, error } = useLive(appQueries.sessions(app, uid));
  const isAdmin = useIsAdmin();
  return (
    <Card title="Sessions" aside={sessions && <p className="quiet">{count(sessions.length)}</p>}>
      {error && <ErrorNotice error={error} />}
      {sessions?.length === 0 && <p className="quiet">Not logged in anywhere.</p>}
      {sessions && sessions.length > 0 && (
        <Table label={`Sessions of ${uid}`} columns={['Auth token', 'Since', ...(isAdmin ? ['Actions'] : [])]}>
          {sessions.map((session) => (
            <Row key={session.id} app={app} uid={uid} session={session} isAdmin={isAdmin} />
          ))}
        </Table>
      )}
    </Card>
  );
}

interface RowProps {
  app: string;
  uid: string;
  session: UserSession;
  isAdmin: boolean;
}

function Row({ app, uid, session: { id, prefix, createdAt }, isAdmin }: RowProps) {
  const end = useSave(app, () =>
    fanfareOf(app).request({
      method: 'DELETE',
      path: `/v3/users/${encodeURIComponent(uid)}/auth_tokens/${encodeURIComponent(id)}`,
    }),
  );
  return (
    <tr>
      <th scope="row" className="mono">
        {prefix}…
      </th>
      <td>
        <Time at={createdAt * 1000} />
      </td>
      {isAdmin && (
        <td>
          <Confirm
            isSmall
            label="End"
            title={`End the session of ${uid}?`}
            action="End the session"
            isDangerous
            onConfirm={() => end.mutateAsync()}
          >
            <p>
              The device that has <code>{prefix}…</code> is logged out, and its push tokens are removed.
            </p>
          </Confirm>
        </td>
      )}
    </tr>
  );
}
