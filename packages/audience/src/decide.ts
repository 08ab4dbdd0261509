import {
  type Decision,
  decider,
  type ModerationDecision,
  type NotifyingEvent,
  type PlannedRecipient,
  planRecipient,
} from '@fanfare/core';
import { type App, type AppBundle, followersAmong } from '@fanfare/store';
import type { Redis } from 'ioredis';
import type { Candidate } from './candidates.ts';
import { APPLIED, type Pending } from './effects.ts';
import { groupSize } from './size.ts';
import type { AudienceDeps, AudienceSource } from './source.ts';

/** The subject of a decision, besides the candidates. */
export interface Deciding {
  event: NotifyingEvent;
  app: AppBundle;
  source: AudienceSource;
  moderation: ModerationDecision;
  /** Epoch ms. */
  now: number;
  /** Unread counts by user, in order; called only if the app counts them. */
  unread(uids: readonly string[]): Promise<readonly number[]>;
  /** Of these users, those whose ring the event ends now; called for notified users it rang for. */
  ringEnds(uids: readonly string[]): Promise<ReadonlySet<string>>;
  /** For an event in a dry run. */
  pending?: Pending;
}

/**
 * Decides for each candidate, in order. Everything a decision depends on is read here, for fan-out and explain alike:
 * whether the group is too large, who follows the thread, for whom the call rang, and each user's unread count.
 */
export async function decideAll(
  { registry }: AudienceDeps,
  deciding: Deciding,
  candidates: readonly Candidate[],
): Promise<PlannedRecipient[]> {
  const { event, app, source, moderation, now, pending = APPLIED } = deciding;
  const { pushEnabled, settings } = app.app;
  const [groupTooLarge, followers, unread] = await Promise.all([
    isGroupTooLarge(registry, app.app, source),
    followersOf(registry, app.app, event, candidates),
    settings.badge ? unreadOf(deciding, candidates) : undefined,
  ]);
  const decide = decider(event, {
    pushEnabled,
    groupTooLarge,
    settings,
    now,
    moderation: moderation.kind === 'closed' ? moderation.reason : undefined,
  });
  // On the hot path of the fan-out: users are copied only where there is something to add.
  const decisions = candidates.map((candidate) => {
    const inThread = followers.has(candidate.uid) || pending.followers.has(candidate.uid);
    const rang = candidate.rung !== undefined;
    return decide(inThread || rang ? { ...candidate, inThread, rang } : candidate);
  });
  const rung = candidates.filter((candidate, i) => candidate.rung && decisions[i]?.send);
  const ended = rung.length > 0 ? await deciding.ringEnds(rung.map(({ uid }) => uid)) : NO_USERS;
  return candidates.map((candidate, i) => {
    const { uid, rung: devices } = candidate;
    const reachable = devices ? { ...candidate, ring: { devices, isEndedNow: ended.has(uid) } } : candidate;
    const planned = planRecipient(event, reachable, decisions[i] as Decision, app);
    if (planned.kind === 'send' && unread) planned.unread = unread[i] as number;
    return planned;
  });
}

/** A user without a record has no devices: unless there is a webhook they are unreachable, and not counted. */
async function unreadOf({ app, unread }: Deciding, candidates: readonly Candidate[]): Promise<number[]> {
  const counted = candidates.filter(({ hasRecord }) => hasRecord || app.customEnabled);
  const counts = await unread(counted.map(({ uid }) => uid));
  const byUser = new Map(counted.map(({ uid }, i) => [uid, counts[i] as number]));
  return candidates.map(({ uid }) => byUser.get(uid) ?? 0);
}

const NO_USERS: ReadonlySet<string> = new Set();

async function followersOf(
  registry: Redis,
  { appId }: App,
  event: NotifyingEvent,
  candidates: readonly Candidate[],
): Promise<ReadonlySet<string>> {
  if (event.type !== 'message.sent' || event.message.parentId === undefined) return NO_USERS;
  const uids = candidates.map(({ uid }) => uid);
  return followersAmong(registry, appId, event.message.parentId, uids);
}

async function isGroupTooLarge(registry: Redis, app: App, { group }: AudienceSource): Promise<boolean> {
  const { maxGroupSize } = app.settings;
  if (maxGroupSize === undefined || group === undefined) return false;
  return (await groupSize(registry, app, group)) > maxGroupSize;
}
