import type { EventProgress, RecipientFilter } from '@fanfare/client';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { useLiveList } from '../../api/live.tsx';
import { queries } from '../../api/queries.ts';
import { Card } from '../../components/card.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Outcome } from '../../components/outcome.tsx';
import { Segments } from '../../components/segments.tsx';
import { Table } from '../../components/table.tsx';
import { wordOf } from '../../format/outcomes.ts';
import { PROVIDER_NAMES } from '../../format/words.ts';

const route = getRouteApi('/a/$app/events/$id');

/** What can be shown alone. */
const SHOWN = {
  all: { label: 'All', filter: {} },
  accepted: { label: 'Accepted', filter: { state: 'accepted' } },
  open: { label: 'Open', filter: { state: ['pending', 'retrying', 'held'] } },
  failed: { label: 'Failed', filter: { state: ['rejected', 'expired', 'token_dead'] } },
  silent: { label: 'Not notified', filter: { decision: 'suppressed' } },
} as const satisfies Record<string, { label: string; filter: RecipientFilter }>;
type Shown = keyof typeof SHOWN;

interface RecipientsProps {
  app: string;
  id: string;
  counts: EventProgress['counts'];
}

/** The recipients of the event and the outcome of each, with links to the reasons. */
export function Recipients({ app, id, counts }: RecipientsProps) {
  const { show, reason } = route.useSearch();
  const navigate = useNavigate({ from: '/a/$app/events/$id' });
  const shown: Shown = show !== undefined && show in SHOWN ? (show as Shown) : 'all';
  const filter: RecipientFilter = { ...SHOWN[shown].filter, ...(reason && { reason }) };
  const list = useLiveList(queries.recipients(app, id, filter));
  const rows = list.data?.pages.flatMap((page) => page.data) ?? [];
  const reasons = Object.keys(counts.suppressed);
  return (
    <Card
      title="Recipients"
      aside={
        <div className="row">
          {reasons.length > 1 && (
            <select
              aria-label="Reason"
              value={reason ?? ''}
              onChange={({ target }) =>
                void navigate({ search: { show: 'silent', reason: target.value || undefined } })
              }
            >
              <option value="">Any reason</option>
              {reasons.map((code) => (
                <option key={code} value={code}>
                  {wordOf(code)}
                </option>
              ))}
            </select>
          )}
          <Segments
            label="Recipients shown"
            options={(Object.keys(SHOWN) as Shown[]).map((value) => ({ value, label: SHOWN[value].label }))}
            chosen={shown}
            onChoose={(value) => void navigate({ search: { show: value } })}
          />
        </div>
      }
    >
      {list.error && <ErrorNotice error={list.error} />}
      {list.data && rows.length === 0 && <p className="quiet">None.</p>}
      {rows.length > 0 && (
        <Table label="Recipients" columns={['User', 'Target', 'Outcome', 'Reason', 'Provider’s message']}>
          {rows.map(({ uid, provider, deviceId, state, decision, reason: why, detail }) => (
            <tr key={`${uid}${provider}${deviceId}`}>
              <th scope="row">
                <Link to="/a/$app/events/$id/$uid" params={{ app, id, uid }}>
                  {uid}
                </Link>
              </th>
              <td>
                {provider ? PROVIDER_NAMES[provider] : '–'}{' '}
                {deviceId && <code className="quiet minor">{deviceId}</code>}
              </td>
              <td>
                <Outcome outcome={decision === 'suppressed' ? 'suppressed' : (state ?? 'pending')} />
              </td>
              <td>{why ? wordOf(why) : '–'}</td>
              <td className="wrap">{detail ?? '–'}</td>
            </tr>
          ))}
        </Table>
      )}
      {list.hasNextPage && (
        <p className="table-foot">
          <button type="button" className="button" onClick={() => void list.fetchNextPage()}>
            More
          </button>
        </p>
      )}
    </Card>
  );
}
