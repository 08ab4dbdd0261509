import type { CallEvent } from '@fanfare/core';
import { findCall, rungFor } from '@fanfare/ledger';
import type { Redis } from 'ioredis';
import { type AudienceSource, absent } from '../source.ts';

/**
 * The users of a source, with the devices that the call between them rang on. The sender counts only if the call rang
 * for them: they answered on one device, and the others must stop.
 */
export const callParticipantsSource = (
  queueRedis: Redis,
  appId: string,
  { call, sender }: CallEvent,
  source: AudienceSource,
): AudienceSource => ({
  ...source,
  page: async (walk, cursor) => {
    const [page, ring] = await Promise.all([source.page(walk, cursor), findCall(queueRedis, appId, call.sessionId)]);
    if (page.kind === 'later') return page;
    const rung = new Map<string, ReadonlySet<string>>();
    await Promise.all(
      page.uids.map(async (uid) => {
        const devices = await rungFor(queueRedis, ring, uid);
        if (devices) rung.set(uid, devices);
      }),
    );
    return { ...page, uids: page.uids.filter((uid) => uid !== sender.uid || rung.has(uid)), rung };
  },
  standing: async (uid) => {
    const [standing, ring] = await Promise.all([source.standing(uid), findCall(queueRedis, appId, call.sessionId)]);
    if (standing.kind !== 'member') return standing;
    const rung = await rungFor(queueRedis, ring, uid);
    return uid === sender.uid && !rung ? absent('sender') : { kind: 'member', rung };
  },
});
