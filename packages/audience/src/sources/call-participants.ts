import type { AcceptedEvent, CallEvent } from '@fanfare/core';
import { readRung, rungFor } from '@fanfare/ledger';
import type { Redis } from 'ioredis';
import { type AudienceSource, absent } from '../source.ts';
import { RING_RETRY_MS, waitsForRing } from './ring-wait.ts';

/**
 * The users of a source, with the devices the call rang on. The sender counts only if the call rang for them: they
 * acted on one device, and the others must stop.
 */
export const callParticipantsSource = (
  queueRedis: Redis,
  { appId, receivedAt }: Pick<AcceptedEvent, 'appId' | 'receivedAt'>,
  { call, sender }: CallEvent,
  source: AudienceSource,
): AudienceSource => ({
  ...source,
  page: async (walk, cursor) => {
    const [page, ring] = await Promise.all([source.page(walk, cursor), readRung(queueRedis, appId, call.sessionId)]);
    if (page.kind === 'later') return page;
    if (ring.isUndecided && waitsForRing(walk, receivedAt)) return { kind: 'later', retryInMs: RING_RETRY_MS };
    const rung = ring.devices;
    return { ...page, uids: page.uids.filter((uid) => uid !== sender.uid || rung.has(uid)), rung };
  },
  standing: async (uid) => {
    const [standing, rung] = await Promise.all([source.standing(uid), rungFor(queueRedis, appId, call.sessionId, uid)]);
    if (uid === sender.uid && !rung) return absent('sender');
    return standing.kind === 'member' ? { kind: 'member', rung } : standing;
  },
});
