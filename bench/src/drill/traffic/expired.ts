import type { Missing } from '../outside-ledger.ts';
import { type AppName, DEADLINES_MS } from './posting.ts';

/** The sweeper expires what is still open a minute after its deadline; senders do it sooner. */
const LATEST_MS = 1000;

/** Those that are calls whose deadline has passed, and of which the system itself says that they expired. */
export async function explainedBy(
  urls: readonly string[],
  keys: Record<AppName, string>,
  missing: readonly Missing[],
  now: number,
): Promise<Set<Missing>> {
  const explained = new Set<Missing>();
  for (const one of missing.filter(({ posting }) => isOver(posting, now)).slice(0, 100)) {
    const { app, id } = one.posting;
    const answer = await fetch(`${urls[0]}/v3/events/${id}`, { headers: { apikey: keys[app] } }).catch(() => undefined);
    const { data } = ((await answer?.json().catch(() => undefined)) ?? {}) as { data?: { counts?: Counts } };
    if ((data?.counts?.expired ?? 0) > 0) explained.add(one);
  }
  return explained;
}

interface Counts {
  expired?: number;
}

const isOver = ({ kind, sentAt }: Missing['posting'], now: number): boolean =>
  (kind === 'ring' || kind === 'end') && now > sentAt + DEADLINES_MS[kind] + LATEST_MS;
