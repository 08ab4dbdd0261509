import type { DeliveryState, EventRef, ProviderKind } from '@fanfare/core';
import { type LogRow, readDeadLetterOf } from '@fanfare/ledger';
import type { IngestDeps } from '../deps.ts';
import { isAmong } from '../http/filters.ts';
import { slicesOf } from './log-walk.ts';

/** What was decided for a recipient. */
export const RECIPIENT_DECISIONS = ['sent', 'suppressed'] as const;

/** Which deliveries and suppressed recipients of an event to find. */
export interface RecipientQuery {
  decision?: readonly (typeof RECIPIENT_DECISIONS)[number][] | undefined;
  state?: readonly DeliveryState[] | undefined;
  provider?: readonly ProviderKind[] | undefined;
  /** Why a recipient was suppressed, or a delivery rejected. */
  reason?: readonly string[] | undefined;
  limit: number;
}

/** A delivery to a recipient, or a recipient who was not notified. */
interface RecipientRow {
  uid: string;
  decision: (typeof RECIPIENT_DECISIONS)[number];
  provider?: ProviderKind;
  deviceId?: string;
  state?: DeliveryState;
  /** Why the recipient was not notified, or why the delivery was rejected. */
  reason?: string;
  /** The provider's own words. */
  detail?: string;
}

/** The last row seen. */
export interface RecipientPosition {
  slice: number;
  row: number;
}

/** Rows found in the order of the plan, and how far the search has come. */
export interface FoundRecipients {
  found: RecipientRow[];
  /** Rows looked at. */
  looked: number;
  /** Continues the search; absent at the end of what is planned. */
  stoppedAt?: RecipientPosition;
}

/** The most rows that one request looks at; the slice that reaches it is finished. */
const MOST = 2000;

type Deps = Pick<IngestDeps, 'queueRedis'>;

/** Finds recipients of an event, from a position on. */
export async function findRecipients(
  { queueRedis }: Deps,
  { appId, ref }: { appId: string; ref: EventRef },
  query: RecipientQuery,
  from: RecipientPosition | undefined,
): Promise<FoundRecipients> {
  const found: RecipientRow[] = [];
  let looked = 0;
  let last: RecipientPosition | undefined;
  const start = from && { at: 0, key: ref.key, ...from };
  for await (const { number, rows } of slicesOf(queueRedis, ref, 'append', start)) {
    if (last && (found.length >= query.limit || looked >= MOST)) return { found, looked, stoppedAt: last };
    const unseen = rows.map((row, index) => ({ row, index })).filter(({ index }) => !isSeen(number, index, from));
    const wanted = unseen.filter(({ row }) => isPlausible(row, query));
    const views = await Promise.all(wanted.map(({ row }) => viewOf(queueRedis, appId, ref, row)));
    const byIndex = new Map(wanted.map(({ index }, i) => [index, views[i] as RecipientRow]));
    for (const { index } of unseen) {
      if (last && found.length >= query.limit) return { found, looked, stoppedAt: last };
      const view = byIndex.get(index);
      looked++;
      last = { slice: number, row: index };
      if (view && isAmong(view.reason, query.reason)) found.push(view);
    }
  }
  return { found, looked };
}

const isSeen = (slice: number, index: number, from: RecipientPosition | undefined): boolean =>
  from !== undefined && slice === from.slice && index <= from.row;

/** Whether a row matches all filters but the reason, which takes a read for a rejected delivery. */
const isPlausible = ({ target, state, reason }: LogRow, query: RecipientQuery): boolean =>
  isAmong(target ? 'sent' : 'suppressed', query.decision) &&
  isAmong(state, query.state) &&
  isAmong(target?.provider, query.provider) &&
  (query.reason === undefined || state === 'rejected' || (!target && isAmong(reason, query.reason)));

async function viewOf(
  redis: Deps['queueRedis'],
  appId: string,
  ref: EventRef,
  { id, uid, target, state, reason }: LogRow,
): Promise<RecipientRow> {
  if (!target) return { uid, decision: 'suppressed', ...(reason === undefined ? {} : { reason }) };
  const letter = state === 'rejected' ? await readDeadLetterOf(redis, appId, ref.shard, id) : undefined;
  return {
    uid,
    decision: 'sent',
    provider: target.provider,
    ...(target.deviceId === undefined ? {} : { deviceId: target.deviceId }),
    ...(state === undefined ? {} : { state }),
    ...(letter ? { reason: letter.reason } : {}),
    ...(letter?.detail === undefined ? {} : { detail: letter.detail }),
  };
}
