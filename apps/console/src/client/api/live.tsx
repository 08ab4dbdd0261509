import {
  hashKey,
  type InfiniteData,
  type QueryKey,
  type UseInfiniteQueryOptions,
  type UseQueryOptions,
  useInfiniteQuery,
  useQuery,
} from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useMemo, useRef, useState } from 'react';
import { type KeptError, keptError } from './kept-error.ts';

/** How often what is on a page is asked for again, in ms; unless the page is hidden or refreshing is paused. */
const EVERY_MS = 4000;

interface Refreshing {
  paused: boolean;
  setPaused(paused: boolean): void;
}

const RefreshingContext = createContext<Refreshing>({ paused: false, setPaused: () => undefined });

/** Whether pages refresh themselves, for all of them. */
export function RefreshingProvider({ children }: { children: ReactNode }) {
  const [paused, setPaused] = useState(false);
  const value = useMemo(() => ({ paused, setPaused }), [paused]);
  return <RefreshingContext value={value}>{children}</RefreshingContext>;
}

export const useRefreshing = (): Refreshing => useContext(RefreshingContext);

/** In ms; a function decides by what was read last, `false`: not again. */
type Interval<T> = number | false | ((data: T | undefined) => number | false);

/** A query that is repeated while it can be seen, by default every few seconds. */
export function useLive<T, K extends QueryKey>(
  options: UseQueryOptions<T, Error, T, K>,
  everyMs: Interval<T> = EVERY_MS,
) {
  const { paused } = useRefreshing();
  const { data, status, error } = useQuery({
    ...options,
    refetchInterval: ({ state }) => {
      if (paused) return false;
      return typeof everyMs === 'function' ? everyMs(state.data) : everyMs;
    },
  });
  return { data, error: useKeptError({ hash: hashKey(options.queryKey), status, error }) };
}

function useKeptError(asked: Parameters<typeof keptError>[1]): Error | null {
  const kept = useRef<KeptError>({ hash: asked.hash, error: null });
  kept.current = keptError(kept.current, asked);
  return kept.current.error;
}

/** A list that is repeated while only its first page is shown: asking for many pages again would be expensive. */
export function useLiveList<P, K extends QueryKey>(
  options: UseInfiniteQueryOptions<P, Error, InfiniteData<P>, K, string | undefined>,
) {
  const { paused } = useRefreshing();
  const list = useInfiniteQuery({
    ...options,
    refetchInterval: ({ state }) => (paused || (state.data?.pages.length ?? 0) > 1 ? false : EVERY_MS),
  });
  const { status, error } = list;
  return { ...list, error: useKeptError({ hash: hashKey(options.queryKey), status, error }) };
}
