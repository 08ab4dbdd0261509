import { setTimeout as delay } from 'node:timers/promises';
import type { EventFilter, FanfareAppAdmin, ListedEvent } from '@fanfare/client';
import { shownMoment } from '../operator/moments.ts';
import { type Operator, report } from '../operator/operator.ts';
import { collect } from '../operator/pages.ts';
import { table } from '../operator/table.ts';

const LOOK_EVERY_MS = 1000;
/** Events at the end of the list whose order may still change, since several processes accept them. */
const OVERLAP_MS = 5000;

/** `fanfare events`. */
export async function events(operator: Operator, filter: EventFilter, limit: number): Promise<number> {
  const app = await operator.app();
  const found = await collect((page) => app.events({ ...filter, ...page }), limit);
  report(operator, found, () =>
    found.length === 0
      ? ['No events.']
      : table(
          ['received (UTC)', 'id', 'type', 'sender', 'conversation', 'lane', 'state', 'outcomes'],
          found.map((event) => [
            shownMoment(event.receivedAt),
            event.id,
            event.type,
            event.sender,
            conversationOf(event),
            event.lane,
            event.state,
            outcomesOf(event),
          ]),
        ),
  );
  return 0;
}

/** `fanfare events --follow`: prints each event once, when it is seen first. */
export async function follow(operator: Operator, filter: EventFilter): Promise<number> {
  const { signal, output, isJson, now } = operator;
  const app = await operator.app();
  let from = now();
  let seen = new Set<string>();
  while (!signal.aborted) {
    const found = await newest(app, { ...filter, from: from - OVERLAP_MS }, seen, from);
    for (const event of found) output.out(isJson ? JSON.stringify(event) : lineOf(event));
    seen = new Set([...seen, ...found.map(({ id }) => id)]);
    from = Math.max(from, ...found.map(({ receivedAt }) => receivedAt));
    await delay(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
  return 0;
}

/** Events that were not seen yet, oldest first. On the first look only those of the last moments count as new. */
async function newest(app: FanfareAppAdmin, filter: EventFilter, seen: ReadonlySet<string>, from: number) {
  const found = await collect((page) => app.events({ ...filter, ...page }));
  return found.filter(({ id, receivedAt }) => !seen.has(id) && receivedAt >= from - OVERLAP_MS).reverse();
}

const lineOf = (event: ListedEvent): string =>
  `${shownMoment(event.receivedAt)}  ${event.id}  ${event.type}  ${event.sender} → ${conversationOf(event)}`;

const conversationOf = ({ conversation }: ListedEvent): string =>
  conversation === undefined ? '–' : `${conversation.type === 'group' ? 'group ' : ''}${conversation.id}`;

/** Counts that are not 0, as `3 accepted, 1 rejected, 2 suppressed`. */
export function outcomesOf({ counts }: Pick<ListedEvent, 'counts'>): string {
  const { audience: _audience, planned: _planned, suppressed, ...states } = counts;
  const all = { ...states, suppressed: Object.values(suppressed).reduce((sum, count) => sum + count, 0) };
  const parts = Object.entries(all).filter(([, count]) => count > 0);
  return parts.map(([name, count]) => `${count.toLocaleString('en')} ${name}`).join(', ') || 'none';
}
