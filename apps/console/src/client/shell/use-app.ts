import { useQuery } from '@tanstack/react-query';
import { useParams, useSearch } from '@tanstack/react-router';
import { queries } from '../api/queries.ts';

const STORED = 'fanfare.app';

/** The app that is being looked at: the address's, else the last one's, else the first there is. */
export function useApp(): string | undefined {
  const { app: inPath } = useParams({ strict: false });
  const { app: inSearch } = useSearch({ strict: false });
  const apps = useQuery(queries.apps()).data?.data.map(({ appId }) => appId);
  const inAddress = inPath ?? inSearch;
  if (inAddress !== undefined) {
    localStorage.setItem(STORED, inAddress);
    return inAddress;
  }
  const stored = localStorage.getItem(STORED);
  return apps?.find((app) => app === stored) ?? apps?.[0];
}
