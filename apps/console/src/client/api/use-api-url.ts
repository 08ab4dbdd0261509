import { useQuery } from '@tanstack/react-query';
import { queries } from './queries.ts';

/** Where programs find the API, for snippets: as the console reaches it. */
export const useApiUrl = (): string => useQuery(queries.session()).data?.apiUrl ?? '$FANFARE_URL';
