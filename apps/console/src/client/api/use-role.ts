import { useQuery } from '@tanstack/react-query';
import { queries } from './queries.ts';

/** Whether the user may change anything. */
export const useIsAdmin = (): boolean => useQuery(queries.session()).data?.role === 'admin';
