import { createRoute, useNavigate } from '@tanstack/react-router';
import { z } from 'zod/mini';
import { useLiveList } from '../../api/live.tsx';
import { queries } from '../../api/queries.ts';
import { Empty } from '../../components/empty.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Page } from '../../components/page.tsx';
import { Segments } from '../../components/segments.tsx';
import { Table } from '../../components/table.tsx';
import { Time } from '../../components/time.tsx';
import { rootRoute } from '../../shell/root.tsx';
import { useApp } from '../../shell/use-app.ts';

export const auditRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/audit',
  validateSearch: z.object({ app: z.catch(z.optional(z.string()), undefined) }),
  component: Audit,
});

/** Who changed what, newest first. */
function Audit() {
  const { app } = auditRoute.useSearch();
  const chosen = useApp();
  const navigate = useNavigate({ from: '/audit' });
  const list = useLiveList(queries.audit(app));
  const entries = list.data?.pages.flatMap((page) => page.data) ?? [];
  return (
    <Page
      title="Audit"
      actions={
        chosen !== undefined && (
          <Segments
            label="Changes shown"
            options={[
              { value: 'all', label: 'All apps' },
              { value: 'one', label: `Only ${chosen}` },
            ]}
            chosen={app === undefined ? 'all' : 'one'}
            onChoose={(value) => void navigate({ search: { app: value === 'all' ? undefined : chosen } })}
          />
        )
      }
    >
      {list.error && <ErrorNotice error={list.error} />}
      {list.data && entries.length === 0 && (
        <Empty title="No changes yet.">
          Each change of an app, key, provider, setting or user is listed here, with the person or key that made it.
        </Empty>
      )}
      {entries.length > 0 && (
        <Table label="Changes" columns={['When', 'Who', 'Change', 'Of', { label: 'Fields', isMinor: true }, 'App']}>
          {entries.map(({ id, at, who, actor, action, operation, ids, fields, appId }) => (
            <tr key={id}>
              <td>
                <Time at={at} />
              </td>
              <td>{actor ?? (who === 'admin' ? 'admin key' : `API ${who.replace(':', ' ')}`)}</td>
              <td title={operation}>{action ?? operation}</td>
              <td className="wrap">{Object.values(ids).join(', ') || '–'}</td>
              <td className="wrap quiet minor">{fields.join(', ') || '–'}</td>
              <td>{appId ?? '–'}</td>
            </tr>
          ))}
        </Table>
      )}
      {list.hasNextPage && (
        <p>
          <button type="button" className="button" onClick={() => void list.fetchNextPage()}>
            Older changes
          </button>
        </p>
      )}
    </Page>
  );
}
