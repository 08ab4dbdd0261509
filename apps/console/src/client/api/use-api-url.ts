import { useQuery } from '@tanstack/react-query';
import { queries } from './queries.ts';

/** The URL of the API in the commands and programs that pages show. */
export const useApiUrl = (): string => useQuery(queries.session()).data?.apiUrl ?? '$FANFARE_URL';
