import type { User } from '@fanfare/client';
import { createRoute, Link } from '@tanstack/react-router';
import { appQueries } from '../../api/app-queries.ts';
import { useLive } from '../../api/live.tsx';
import { queries } from '../../api/queries.ts';
import { useIsAdmin } from '../../api/use-role.ts';
import { Card } from '../../components/card.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Outcome } from '../../components/outcome.tsx';
import { Page } from '../../components/page.tsx';
import { Table } from '../../components/table.tsx';
import { Time } from '../../components/time.tsx';
import { useNow } from '../../components/use-now.ts';
import { count } from '../../format/number.ts';
import { inSentence } from '../../format/outcomes.ts';
import { targetName } from '../../format/words.ts';
import { appRoute } from '../../shell/app-route.tsx';
import { Devices } from './devices.tsx';
import { Erase } from './erase.tsx';
import { Jump } from './people.tsx';
import { localTime } from './preference-words.ts';
import { Preferences } from './preferences-card.tsx';
import { Sessions } from './sessions.tsx';

/** How many of the latest attempts are looked through. */
const LATEST = 500;
const SHOWN = 25;

export const personRoute = createRoute({ getParentRoute: () => appRoute, path: '/people/$uid', component: Person });

function Person() {
  const { app, uid } = personRoute.useParams();
  const { data: user, error } = useLive(appQueries.user(app, uid));
  const isAdmin = useIsAdmin();
  if (error) return <ErrorNotice error={error} />;
  if (user === null) {
    return (
      <Page title="No such user" actions={<Jump app={app} />}>
        <p>
          {app} knows no user with the uid <code>{uid}</code>. A user has a record from their first login, push token or
          preference; members of a group need none to be listed.
        </p>
        <LastAttempts app={app} uid={uid} />
      </Page>
    );
  }
  return (
    <Page title={user?.name ?? uid} actions={<Jump app={app} />}>
      {user && (
        <>
          <div className="columns top">
            <Profile app={app} user={user} />
            <Preferences app={app} uid={uid} />
          </div>
          <Devices app={app} uid={uid} />
          <Sessions app={app} uid={uid} />
          <LastAttempts app={app} uid={uid} />
          {isAdmin && <Erase app={app} uid={uid} />}
        </>
      )}
    </Page>
  );
}

function Profile({ app, user }: { app: string; user: User }) {
  const { uid, timezone, locale, status, lastActiveAt, createdAt, deactivated, unread } = user;
  const settings = useLive(appQueries.settings(app), 60_000).data;
  const now = useNow();
  const zone = timezone ?? settings?.timezone;
  return (
    <Card
      title="Profile"
      aside={deactivated ? <span className="tag late">Deactivated: never notified</span> : undefined}
    >
      <dl className="facts">
        <div>
          <dt>uid</dt>
          <dd className="mono">{uid}</dd>
        </div>
        <div>
          <dt>Local time</dt>
          <dd>
            {zone === undefined ? '–' : (localTime(zone, now) ?? zone)}
            <span className="quiet">
              {' '}
              {zone}
              {timezone === undefined && zone !== undefined && ', the app’s zone'}
            </span>
          </dd>
        </div>
        <div>
          <dt>Language</dt>
          <dd>{locale ?? (settings ? <span className="quiet">{settings.locale}, the app’s language</span> : '–')}</dd>
        </div>
        <div>
          <dt>Unread</dt>
          <dd>{count(unread ?? 0)}</dd>
        </div>
        <div>
          <dt>Status</dt>
          <dd>
            {status ?? 'unknown'}
            {lastActiveAt !== undefined && (
              <span className="quiet">
                {' '}
                since <Time at={lastActiveAt * 1000} />
              </span>
            )}
          </dd>
        </div>
        <div>
          <dt>Created</dt>
          <dd>
            <Time at={createdAt * 1000} />
          </dd>
        </div>
      </dl>
      <p>
        <Link to="/a/$app/events" params={{ app }} search={{ sender: uid }}>
          Events they sent
        </Link>
      </p>
    </Card>
  );
}

function LastAttempts({ app, uid }: { app: string; uid: string }) {
  const outcomes = useLive(queries.outcomes(app, LATEST)).data?.data;
  const own =
    outcomes
      ?.filter((outcome) => outcome.uid === uid)
      .reverse()
      .slice(0, SHOWN) ?? [];
  return (
    <Card title="Last events" aside={<p className="quiet">of the last hour</p>}>
      {outcomes && own.length === 0 && (
        <p className="quiet">Nothing was sent to {uid} in the last hour. The page of an event says why not.</p>
      )}
      {own.length > 0 && (
        <Table label="Last attempts" columns={['Time', 'Event', { label: 'Where', isMinor: true }, 'Outcome']}>
          {own.map(({ at, eventId, type, provider, platform, outcome, reason, attempt }) => (
            <tr key={`${at} ${eventId} ${platform} ${attempt}`}>
              <td>
                <Time at={at} />
              </td>
              <td>
                <Link to="/a/$app/events/$id/$uid" params={{ app, id: eventId, uid }} title={eventId}>
                  {type}
                </Link>
              </td>
              <td className="minor">{targetName({ provider, ...(platform && { platform }) })}</td>
              <td>
                <Outcome outcome={outcome} />
                {reason && <span className="quiet"> {inSentence(reason)}</span>}
              </td>
            </tr>
          ))}
        </Table>
      )}
    </Card>
  );
}
