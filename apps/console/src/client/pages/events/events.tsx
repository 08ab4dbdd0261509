import { createRoute, useNavigate } from '@tanstack/react-router';
import { z } from 'zod/mini';
import { fanfareOf } from '../../api/fanfare.ts';
import { useLiveList } from '../../api/live.tsx';
import { queries } from '../../api/queries.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Page } from '../../components/page.tsx';
import { fullTime } from '../../format/time.ts';
import { appRoute } from '../../shell/app-route.tsx';
import { PauseButton } from '../../shell/pause-button.tsx';
import { filterOf, queryText } from './event-query.ts';
import { EventRows } from './event-rows.tsx';
import { NoEvents } from './no-events.tsx';
import { QueryBar } from './query-bar.tsx';

const text = z.catch(z.optional(z.string()), undefined);
const time = z.catch(z.optional(z.coerce.number()), undefined);

export const eventsRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/events',
  validateSearch: z.object({ type: text, sender: text, conversation: text, state: text, from: time, to: time }),
  component: Events,
});

function Events() {
  const { app } = eventsRoute.useParams();
  const { from, to, ...search } = eventsRoute.useSearch();
  const navigate = useNavigate({ from: '/a/$app/events' });
  const filter = { ...filterOf(search), ...(from && { from }), ...(to && { to }) };
  const { data, error, hasNextPage, fetchNextPage, isFetchingNextPage } = useLiveList(queries.events(app, filter));
  const events = data?.pages.flatMap((page) => page.data) ?? [];
  const looked = data?.pages.reduce((sum, { meta }) => sum + meta.looked, 0) ?? 0;
  const lookedTo = data?.pages.at(-1)?.meta.lookedTo;
  const isFiltered = queryText(search) !== '' || from !== undefined || to !== undefined;

  const open = async (id: string) => {
    const byMessage = fanfareOf(app).events({ messageId: id });
    const found = (await fanfareOf(app).events({ id })).data[0] ?? (await byMessage).data[0];
    await navigate({ to: '/a/$app/events/$id', params: { app, id: found?.id ?? id } });
  };
  return (
    <Page title="Events" actions={<PauseButton />}>
      <QueryBar search={search} onSearch={(chosen) => void navigate({ search: chosen })} onId={(id) => void open(id)} />
      {from !== undefined && to !== undefined && (
        <p className="row">
          <span className="tag">
            {fullTime(from)} to {fullTime(to)}
          </span>
          <button
            type="button"
            className="button small"
            onClick={() => void navigate({ search: (old) => ({ ...old, from: undefined, to: undefined }) })}
          >
            Show all times
          </button>
        </p>
      )}
      {error && <ErrorNotice error={error} />}
      {data && events.length === 0 && !hasNextPage && <NoEvents app={app} isFiltered={isFiltered} />}
      {events.length > 0 && <EventRows app={app} events={events} />}
      {data && isFiltered && lookedTo !== undefined && (
        <p className="quiet">
          Looked at {looked} events, back to {fullTime(lookedTo)}.
        </p>
      )}
      {hasNextPage && (
        <p>
          <button type="button" className="button" disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            {isFiltered ? 'Look further back' : 'Older events'}
          </button>
        </p>
      )}
    </Page>
  );
}
