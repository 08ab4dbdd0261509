import { bulkCost, chatCost } from './cost.ts';
import { hangingEndpoint, manyMessages, noDevices, slowEndpoints } from './fairness.ts';
import { outage } from './outage.ts';
import { rings } from './rings.ts';
import type { Row } from './row.ts';
import { twoBlasts } from './two-blasts.ts';

/** All rows, in the order they run. */
export const ROWS = {
  P1: bulkCost,
  P1c: chatCost,
  P3: rings,
  'fair-a': manyMessages,
  'fair-b': twoBlasts,
  'fair-c': hangingEndpoint,
  'fair-d': noDevices,
  'fair-e': slowEndpoints,
  outage,
} as const satisfies Record<string, Row>;

export type RowName = keyof typeof ROWS;
export const ROW_NAMES = Object.keys(ROWS) as RowName[];
