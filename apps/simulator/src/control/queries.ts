import { intBetween } from '@fanfare/runtime';
import { z } from 'zod';

/** For what takes no query. */
export const NoQuery = z.strictObject({});

/** Which page of requests. */
export const Paging = z.strictObject({
  after: intBetween(0, Number.MAX_SAFE_INTEGER, 0),
  limit: intBetween(1, 1_000, 100),
});
