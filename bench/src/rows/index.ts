import { accepting } from './accepting.ts';
import { bytes } from './bytes.ts';
import { clients } from './clients.ts';
import { bulkCost, chatCost, directCost, singlesCost } from './cost.ts';
import { drill } from './drill.ts';
import { hangingEndpoint, hangingTenants, manyMessages, noDevices, slowEndpoints } from './fairness.ts';
import { http2Cost } from './http2.ts';
import { lists } from './lists.ts';
import { memory } from './memory.ts';
import { memoryHeld } from './memory-held.ts';
import { observed } from './observed.ts';
import { outage } from './outage.ts';
import { registering } from './registering.ts';
import { rings } from './rings.ts';
import type { Row } from './row.ts';
import { scaleOut } from './scale-out.ts';
import { sizes } from './sizes.ts';
import { sizing } from './sizing.ts';
import { slowBesideFast } from './slow-beside-fast.ts';
import { twoBlasts } from './two-blasts.ts';

/** All rows, in the order they run. */
export const ROWS = {
  P1: bulkCost,
  P1c: chatCost,
  P1c1: singlesCost,
  P1m: directCost,
  P2: sizes,
  P3: rings,
  P4: accepting,
  P5: clients,
  P6: bytes,
  P7: scaleOut,
  P8: drill,
  P9: registering,
  'fair-a': manyMessages,
  'fair-b': twoBlasts,
  'fair-c': hangingEndpoint,
  'fair-d': noDevices,
  'fair-e': slowEndpoints,
  'fair-f': slowBesideFast,
  'fair-g': hangingTenants,
  outage,
  memory,
  'memory-held': memoryHeld,
  lists,
  http2: http2Cost,
  sizing,
  observed,
} as const satisfies Record<string, Row>;

export type RowName = keyof typeof ROWS;
export const ROW_NAMES = Object.keys(ROWS) as RowName[];
