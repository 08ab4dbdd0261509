import { bulkCost, chatCost } from './cost.ts';
import { rings } from './rings.ts';
import type { Row } from './row.ts';

/** All rows, in the order they run. */
export const ROWS = {
  P1: bulkCost,
  P1c: chatCost,
  P3: rings,
} as const satisfies Record<string, Row>;

export type RowName = keyof typeof ROWS;
export const ROW_NAMES = Object.keys(ROWS) as RowName[];
