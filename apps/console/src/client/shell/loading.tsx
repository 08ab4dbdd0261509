import { useIsFetching } from '@tanstack/react-query';

/** Says that something on the page is being read for the first time. */
export function Loading() {
  const pending = useIsFetching({ predicate: ({ state }) => state.status === 'pending' });
  return <div role="status">{pending > 0 && <p className="loading page-wide">Loading…</p>}</div>;
}
