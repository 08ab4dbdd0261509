import {
  type AcceptedEvent,
  type AppSettings,
  conversationId,
  decider,
  isNotifying,
  type ModerationGate,
  type NotifyingEvent,
  type PlannedRecipient,
  planRecipient,
} from '@fanfare/core';
import { type Cursor, type PlannedSlice, planSlice } from '@fanfare/ledger';
import {
  type AppBundle,
  clearUnreadOfFormer,
  countMembers,
  countUnread,
  followersAmong,
  readGroupSize,
  readUnreadOf,
} from '@fanfare/store';
import type { AudienceSource, Later } from './audience/source.ts';
import type { FanoutDeps } from './deps.ts';
import { type Candidate, expand } from './expand.ts';

/** An event in hand and where it stands. */
export interface EventInHand {
  shard: number;
  accepted: AcceptedEvent;
  /** Undefined when the app has been deleted: nobody is notified any more. */
  app: AppBundle | undefined;
  source: AudienceSource;
  /** It does not wait for moderation. */
  moderation: Exclude<ModerationGate, { kind: 'wait' }>;
}

/**
 * Decides for the next slice of recipients and writes the plan down. What comes back is the plan that stands: ours, or
 * (`mine` false) the one a worker before us wrote and did not get to the end of; or that the audience is not there yet.
 */
export async function plan(
  deps: FanoutDeps,
  inHand: EventInHand,
  cursor: Cursor,
): Promise<{ slice: PlannedSlice; mine: boolean } | Later> {
  const { shard, accepted, source } = inHand;
  const expansion = await expand(deps, accepted, source, cursor.cursor);
  if ('retryInMs' in expansion && deps.now() < accepted.leaveBy) return expansion;
  // An audience that did not come while the event was fresh does not matter any more.
  const { recipients, ...end } =
    'retryInMs' in expansion ? { recipients: [], cursor: cursor.cursor, last: true } : expansion;
  const slice: PlannedSlice = { first: cursor.next, ...end, recipients: await decideAll(deps, inHand, recipients) };
  return planSlice(deps.queueRedis, { shard, key: accepted.key }, accepted.appId, cursor.slice, slice);
}

async function decideAll(
  deps: FanoutDeps,
  inHand: EventInHand,
  recipients: readonly Candidate[],
): Promise<PlannedRecipient[]> {
  const { accepted, app, moderation } = inHand;
  const { event } = accepted;
  // An event that notifies nobody has no recipients; the check tells the compiler.
  if (!app || !isNotifying(event)) return recipients.map(({ uid }) => ({ uid, suppressed: 'PUSH_DISABLED' }));
  const { pushEnabled, settings } = app.app;
  const uids = recipients.map(({ uid }) => uid);
  const [groupTooLarge, followers, unread] = await Promise.all([
    isGroupTooLarge(deps, inHand, settings),
    threadFollowers(deps, accepted, event, uids),
    settings.badge ? unreadCounts(deps, inHand, event, uids) : undefined,
  ]);
  const decide = decider(event, {
    pushEnabled,
    groupTooLarge,
    settings,
    now: deps.now(),
    moderation: moderation.kind === 'closed' ? moderation.reason : undefined,
  });
  return recipients.map((recipient, i) => {
    const decision = decide({
      ...recipient,
      inThread: followers.has(recipient.uid),
      rang: recipient.rung !== undefined,
    });
    const planned = planRecipient(event, recipient, decision, app);
    return 'targets' in planned && unread ? { ...planned, unread: unread[i] as number } : planned;
  });
}

const NO_FOLLOWERS: ReadonlySet<string> = new Set();

async function threadFollowers(
  { registry }: FanoutDeps,
  { appId }: AcceptedEvent,
  event: NotifyingEvent,
  uids: readonly string[],
): Promise<ReadonlySet<string>> {
  if (event.type !== 'message.sent' || event.message.parentId === undefined) return NO_FOLLOWERS;
  return followersAmong(registry, appId, event.message.parentId, uids);
}

/**
 * Each person's unread messages: one more for a new message that moderation lets through, once however often it is
 * planned; else as they are. A member
 * who left while the slice was planned must not keep a count that leaving has cleared, so it is cleared again.
 */
async function unreadCounts(
  { registry }: FanoutDeps,
  { accepted: { appId, key }, source: { group, pulledGroup }, moderation }: EventInHand,
  event: NotifyingEvent,
  uids: readonly string[],
): Promise<number[]> {
  if (event.type !== 'message.sent' || moderation.kind === 'closed') return readUnreadOf(registry, appId, uids);
  const conversation = conversationId(event.sender.uid, event.conversation);
  const totals = await countUnread(registry, appId, { conversationId: conversation, eventKey: key }, uids);
  if (group !== undefined && pulledGroup === undefined) await clearUnreadOfFormer(registry, appId, group, uids);
  return totals;
}

async function isGroupTooLarge(
  { registry }: FanoutDeps,
  { accepted: { appId }, source: { group, pulledGroup } }: EventInHand,
  { maxGroupSize }: AppSettings,
): Promise<boolean> {
  if (maxGroupSize === undefined || group === undefined) return false;
  const size = await (pulledGroup === undefined ? countMembers : readGroupSize)(registry, appId, group);
  return (size ?? 0) > maxGroupSize;
}
