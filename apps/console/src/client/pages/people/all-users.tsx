import type { User } from '@fanfare/client';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { appQueries } from '../../api/app-queries.ts';
import { Card } from '../../components/card.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Table } from '../../components/table.tsx';
import { Time } from '../../components/time.tsx';
import { countOf } from '../../format/number.ts';

const COLUMNS = [
  'User',
  'Name',
  { label: 'Status', isMinor: true } as const,
  { label: 'Language', isMinor: true } as const,
  { label: 'Time zone', isMinor: true } as const,
  { label: 'Known since', isMinor: true } as const,
];

/** Every user with a record, a page at a time. */
export function AllUsers({ app }: { app: string }) {
  const { data, error, hasNextPage, isFetching, fetchNextPage } = useInfiniteQuery(appQueries.users(app));
  // The API may list one twice while many come and go.
  const users = new Map(data?.pages.flatMap((page) => page.data).map((user) => [user.uid, user]));
  return (
    <Card
      title="All users"
      aside={
        data && (
          <p className="quiet">
            {countOf(users.size, 'user')}
            {hasNextPage && ' so far'}
          </p>
        )
      }
    >
      {error && <ErrorNotice error={error} />}
      {data && users.size === 0 && (
        <p className="quiet">
          {hasNextPage
            ? 'None found so far: Redis has many other keys.'
            : `${app} has no users. A user has a record from their first login, push token or preference.`}
        </p>
      )}
      {users.size > 0 && (
        <Table label="All users" columns={COLUMNS}>
          {[...users.values()].map((user) => (
            <Row key={user.uid} app={app} user={user} />
          ))}
        </Table>
      )}
      {hasNextPage && (
        <div>
          <button type="button" className="button" disabled={isFetching} onClick={() => void fetchNextPage()}>
            {users.size === 0 ? 'Look further' : 'Show more users'}
          </button>
        </div>
      )}
    </Card>
  );
}

function Row({ app, user }: { app: string; user: User }) {
  const { uid, name, status, deactivated, locale, timezone, createdAt } = user;
  return (
    <tr>
      <th scope="row">
        <Link to="/a/$app/people/$uid" params={{ app, uid }}>
          {uid}
        </Link>
      </th>
      <td className="wrap">{name ?? '–'}</td>
      <td className="minor">{deactivated ? <span className="tag late">Deactivated</span> : (status ?? '–')}</td>
      <td className="minor">{locale ?? '–'}</td>
      <td className="minor">{timezone ?? '–'}</td>
      <td className="minor">
        <Time at={createdAt * 1000} />
      </td>
    </tr>
  );
}
