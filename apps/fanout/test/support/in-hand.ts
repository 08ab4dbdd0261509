import { chooseSource } from '@fanfare/audience';
import type { AcceptedEvent, EventRef } from '@fanfare/core';
import { type Cursor, readCursor } from '@fanfare/ledger';
import type { EventInHand } from '../../src/plan.ts';
import { accept } from './events.ts';
import { APP, type Fanout } from './fanout.ts';

/** A newly accepted event, as a worker has it before planning the first slice. */
export async function takeEvent(
  fanout: Fanout,
  event: object,
  changes: Partial<AcceptedEvent> = {},
): Promise<{ inHand: EventInHand; ref: EventRef; cursor: Cursor }> {
  const { ref, accepted } = await accept(fanout.queueRedis, event, changes);
  const app = await fanout.apps.get(APP, accepted.settingsVersion);
  const source = await chooseSource(fanout, accepted, app);
  const cursor = (await readCursor(fanout.queueRedis, ref)) as Cursor;
  return { inHand: { shard: 0, accepted, app, source, moderation: { kind: 'open' }, isFirst: true }, ref, cursor };
}
