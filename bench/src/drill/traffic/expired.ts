import type { Missing } from '../outside-ledger.ts';
import { type AppName, DEADLINES_MS } from './posting.ts';

/** Senders expire what is too late when they come to it. */
const LATEST_MS = 1000;

/** How the system says what happened to a delivery. */
export interface Inquiry {
  url: string;
  keys: Record<AppName, string>;
  /** Whether the system may have forgotten it. */
  isForgotten(posting: Missing['posting']): boolean;
}

/** Those that are calls whose deadline has passed, and of which the system itself says that they expired. */
export async function expiredAmong(
  missing: readonly Missing[],
  now: number,
  { url, keys, isForgotten }: Inquiry,
): Promise<Missing[]> {
  const expired: Missing[] = [];
  for (const one of missing.filter(({ posting }) => isOver(posting, now))) {
    const { app, id } = one.posting;
    const answer = await fetch(`${url}/v3/events/${id}`, { headers: { apikey: keys[app] } }).catch(() => undefined);
    const { data } = ((await answer?.json().catch(() => undefined)) ?? {}) as { data?: { counts?: Counts } };
    const isExpired = (data?.counts?.expired ?? 0) > 0;
    if (isExpired || (answer?.status === 404 && isForgotten(one.posting))) expired.push(one);
  }
  return expired;
}

interface Counts {
  expired?: number;
}

const isOver = ({ kind, sentAt }: Missing['posting'], now: number): boolean =>
  (kind === 'ring' || kind === 'end') && now > sentAt + DEADLINES_MS[kind] + LATEST_MS;
