import { intBetween } from '@fanfare/runtime';
import { z } from 'zod';

/** No query. */
export const NoQuery = z.strictObject({});

/** The page of requests to return. */
export const Paging = z.strictObject({
  after: intBetween(0, Number.MAX_SAFE_INTEGER, 0),
  limit: intBetween(1, 1_000, 100),
});
