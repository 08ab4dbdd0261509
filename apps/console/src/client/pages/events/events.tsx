import { createRoute } from '@tanstack/react-router';
import { useLive } from '../../api/live.tsx';
import { queries } from '../../api/queries.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Page } from '../../components/page.tsx';
import { Time } from '../../components/time.tsx';
import { appRoute } from '../../shell/app-route.tsx';

export const eventsRoute = createRoute({ getParentRoute: () => appRoute, path: '/events', component: Events });

function Events() {
  const { app } = eventsRoute.useParams();
  const events = useLive(queries.events(app, {}));
  return (
    <Page title="Events">
      {events.error && <ErrorNotice error={events.error} />}
      <div className="table-frame">
        <table className="table">
          <thead>
            <tr>
              <th scope="col">Received</th>
              <th scope="col">Type</th>
              <th scope="col">Sender</th>
              <th scope="col">State</th>
            </tr>
          </thead>
          <tbody>
            {events.data?.data.map(({ id, receivedAt, type, sender, state }) => (
              <tr key={id}>
                <td>
                  <Time at={receivedAt} />
                </td>
                <td>{type}</td>
                <td>{sender}</td>
                <td>{state}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Page>
  );
}
