import { createRoute, Link, useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { useLive } from '../../api/live.tsx';
import { queries } from '../../api/queries.ts';
import { Card } from '../../components/card.tsx';
import { Outcome } from '../../components/outcome.tsx';
import { Page } from '../../components/page.tsx';
import { Table } from '../../components/table.tsx';
import { Time } from '../../components/time.tsx';
import { targetName } from '../../format/words.ts';
import { appRoute } from '../../shell/app-route.tsx';
import { AllUsers } from './all-users.tsx';

/** How many of the latest attempts are looked through for users. */
const LATEST = 500;

export const peopleRoute = createRoute({ getParentRoute: () => appRoute, path: '/people', component: People });

function People() {
  const { app } = peopleRoute.useParams();
  const outcomes = useLive(queries.outcomes(app, LATEST)).data?.data ?? [];
  const latest = new Map(outcomes.map((outcome) => [outcome.uid, outcome]));
  const users = [...latest.values()].sort((a, b) => b.at - a.at);
  return (
    <Page title="People">
      <Jump app={app} />
      <Card title="Notified lately">
        {users.length === 0 ? (
          <p className="quiet">No user of {app} was notified in the last hour.</p>
        ) : (
          <Table
            label="Users notified lately"
            columns={['User', { label: 'Last attempt', isMinor: true }, 'Where', 'Outcome']}
          >
            {users.map(({ uid, at, provider, platform, outcome }) => (
              <tr key={uid}>
                <th scope="row">
                  <Link to="/a/$app/people/$uid" params={{ app, uid }}>
                    {uid}
                  </Link>
                </th>
                <td className="minor">
                  <Time at={at} as="ago" />
                </td>
                <td>{targetName({ provider, ...(platform && { platform }) })}</td>
                <td>
                  <Outcome outcome={outcome} />
                </td>
              </tr>
            ))}
          </Table>
        )}
      </Card>
      <AllUsers app={app} />
    </Page>
  );
}

/** Leads to a user by their uid. */
export function Jump({ app }: { app: string }) {
  const navigate = useNavigate();
  const [uid, setUid] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (uid.trim() !== '') void navigate({ to: '/a/$app/people/$uid', params: { app, uid: uid.trim() } });
  };
  return (
    <search>
      <form className="row" onSubmit={submit}>
        <input
          type="search"
          aria-label="uid"
          placeholder="uid of a user"
          autoComplete="off"
          spellCheck={false}
          value={uid}
          onChange={({ target }) => setUid(target.value)}
        />
        <button type="submit" className="button">
          Find
        </button>
      </form>
    </search>
  );
}
