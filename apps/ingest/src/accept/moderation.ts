import { asDeletion, type Event, type MessageEvent, type ModerationStatus, moderationStatus } from '@fanfare/core';
import { type Acceptance, findMessage, readEvent, readVerdict, recordVerdict } from '@fanfare/ledger';
import type { App } from '@fanfare/store';
import type { IngestDeps } from '../deps.ts';

/** The result of storing one event: its id, and whether it was a duplicate. */
export interface Stored {
  id: string;
  duplicate: boolean;
}

type Store = (events: Event[]) => Promise<Acceptance[]>;

const HOUR_MS = 3_600_000;

/** Whether storing an event may take moderation. */
export const isModerated = (event: Event): boolean => moderationStatus(event) !== undefined;

/**
 * Stores events and applies moderation to messages accepted earlier: an approval releases the waiting message and is
 * not a duplicate; a disapproval becomes a deletion. A disapproval is recorded before the lookup, so that a message
 * accepted concurrently either sees it or is found.
 */
export async function storeModerated(
  deps: IngestDeps,
  app: App,
  events: readonly Event[],
  store: Store,
): Promise<Stored[]> {
  const first = await Promise.all(events.map((event) => moderate(deps, app, event)));
  const kept = first.filter((one) => one.kind === 'store');
  const acceptances = await store(kept.map(({ event }) => event));
  let next = 0;
  return Promise.all(
    first.map(async (one) => {
      if (one.kind === 'released') return one.stored;
      const { duplicate } = acceptances[next++] as Acceptance;
      // Another request accepted it since the lookup.
      const again = duplicate ? await moderate(deps, app, one.event) : one;
      if (again.kind === 'released') return again.stored;
      const released = one.released || again.released;
      if (again.event.id === one.event.id) return { id: one.event.id, duplicate: duplicate && !released };
      const [deleted] = await store([again.event]);
      return { id: again.event.id, duplicate: (deleted as Acceptance).duplicate };
    }),
  );
}

/** `released`: the verdict releases a waiting event. */
type Moderated = { kind: 'store'; event: Event; released: boolean } | { kind: 'released'; stored: Stored };

async function moderate(deps: IngestDeps, app: App, event: Event): Promise<Moderated> {
  const unchanged: Moderated = { kind: 'store', event, released: false };
  if (event.type !== 'message.sent' && event.type !== 'message.edited') return unchanged;
  switch (event.message.moderation) {
    case 'approved':
      return approve(deps, app, event);
    case 'disapproved':
      return disapprove(deps, app, event);
    case 'pending':
      // An edit must be approved again.
      if (event.type === 'message.edited') await record(deps, app, event, 'pending');
      return unchanged;
    default:
      return unchanged;
  }
}

async function approve(deps: IngestDeps, app: App, event: MessageEvent): Promise<Moderated> {
  const verdict = await readVerdict(deps.queueRedis, app.appId, event.message.id);
  const before = verdict ?? (event.type === 'message.sent' ? await statusBefore(deps, app, event) : undefined);
  const released = before === 'pending' && (await record(deps, app, event, 'approved'));
  if (event.type === 'message.edited' || before !== 'pending') return { kind: 'store', event, released };
  return { kind: 'released', stored: { id: event.id, duplicate: !released } };
}

async function disapprove(deps: IngestDeps, app: App, event: MessageEvent): Promise<Moderated> {
  await record(deps, app, event, 'disapproved');
  const before = event.type === 'message.sent' ? await statusBefore(deps, app, event) : 'sent before';
  const first = before === undefined || before === 'disapproved';
  return { kind: 'store', event: first ? event : asDeletion(event), released: false };
}

const record = (
  { queueRedis }: IngestDeps,
  { appId, settings: { retention } }: App,
  { message }: MessageEvent,
  status: ModerationStatus,
): Promise<boolean> => recordVerdict(queueRedis, appId, message.id, status, retention.events * HOUR_MS);

/** A message's status when it was accepted; undefined if it was not accepted or is no longer stored. */
async function statusBefore(
  { queueRedis }: IngestDeps,
  { appId }: App,
  { message }: MessageEvent,
): Promise<ModerationStatus | 'none' | undefined> {
  const known = await findMessage(queueRedis, appId, message.id);
  const original = known && (await readEvent(queueRedis, known.ref));
  return original && (moderationStatus(original.event) ?? 'none');
}
