import type { AcceptedEvent, CallEvent } from '@fanfare/core';
import { findCall, rungFor } from '@fanfare/ledger';
import type { Redis } from 'ioredis';
import type { AudienceSource } from './source.ts';

/**
 * The people of a source, with the devices on which the call between them rang; and who acted only if it rang for them:
 * on one phone they answered, the others must stop.
 */
export const partiesSource = (
  queueRedis: Redis,
  { appId }: Pick<AcceptedEvent, 'appId'>,
  { call, sender }: CallEvent,
  source: AudienceSource,
): AudienceSource => ({
  ...source,
  page: async (cursor) => {
    const [page, ring] = await Promise.all([source.page(cursor), findCall(queueRedis, appId, call.sessionId)]);
    if ('retryInMs' in page) return page;
    const rung = new Map<string, ReadonlySet<string>>();
    await Promise.all(
      page.uids.map(async (uid) => {
        const devices = await rungFor(queueRedis, ring, uid);
        if (devices) rung.set(uid, devices);
      }),
    );
    return { ...page, uids: page.uids.filter((uid) => uid !== sender.uid || rung.has(uid)), rung };
  },
});
