import { setTimeout as delay } from 'node:timers/promises';
import type { EventFilter, ListedEvent } from '@fanfare/client';
import { looked } from '../operator/looked.ts';
import { shownMoment } from '../operator/moments.ts';
import { type Operator, report } from '../operator/operator.ts';
import { orStopped } from '../operator/or-stopped.ts';
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

/** `fanfare events --follow`: prints each event once, when it is seen first; past failed requests, until Ctrl-C. */
export async function follow(operator: Operator, filter: EventFilter): Promise<number> {
  const { signal, output, isJson, now } = operator;
  const app = await operator.app();
  operator.stopsItself();
  let newest = now();
  let seen = new Set<string>();
  while (!signal.aborted) {
    const from = newest - OVERLAP_MS;
    const looking = looked(operator, () => collect((page) => app.events({ ...filter, from, ...page })));
    const look = await orStopped(signal, looking);
    if (look === undefined) break;
    if (look.kind === 'failed') {
      output.error(look.line);
    } else {
      const found = look.value.filter(({ receivedAt }) => receivedAt >= from);
      const unseen = found.filter(({ id }) => !seen.has(id)).reverse();
      for (const event of unseen) output.out(isJson ? JSON.stringify(event) : lineOf(event));
      // The next look asks for no older ones than this one did, so these are all that it can find again.
      seen = new Set(found.map(({ id }) => id));
      newest = found.reduce((latest, { receivedAt }) => Math.max(latest, receivedAt), newest);
    }
    await delay(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
  return 0;
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
