import type { AttemptRecord } from '@fanfare/sender/app';
import type { Terminal } from '../terminal.ts';
import { deliveryLine, foldedLine } from './delivery-line.ts';

/** How many accepted deliveries of an event have a line of their own. */
const SHOWN = 5;
/** How many more get one when the event is done, because a sum would save nothing. */
const SPARED = 3;
/** How long after the last of them the others are summed up, in ms. */
const QUIET_MS = 300;

interface Folded {
  accepted: number;
  /** The lines of those after the first, as long as they are few. */
  lines: string[];
  last: AttemptRecord;
  timer: NodeJS.Timeout;
}

/**
 * Prints deliveries as they happen: the first of each event, and all that did not go well. The others become one line,
 * so that a message to a large group does not push everything else off the screen.
 */
export class DeliveryLog {
  readonly #terminal: Pick<Terminal, 'line' | 'paint'>;
  readonly #events = new Map<string, Folded>();

  constructor(terminal: Pick<Terminal, 'line' | 'paint'>) {
    this.#terminal = terminal;
  }

  add(attempt: AttemptRecord, at: Date): void {
    const line = deliveryLine(attempt, at, this.#terminal);
    const wentWell = attempt.settled === 'accepted' && attempt.attempt === 1;
    const event = wentWell ? this.#count(attempt) : undefined;
    if (event === undefined || event.accepted <= SHOWN) this.#terminal.line(line);
    else if (event.lines.length <= SPARED) event.lines.push(line);
  }

  /** Prints what is summed up so far. */
  flush(): void {
    for (const eventId of this.#events.keys()) this.#end(eventId);
  }

  /** What has gone well of the event, with this one. */
  #count(attempt: AttemptRecord): Folded {
    const { eventId } = attempt;
    const { accepted = 0, lines = [], timer } = this.#events.get(eventId) ?? {};
    clearTimeout(timer);
    const again = setTimeout(() => this.#end(eventId), QUIET_MS).unref();
    const event = { accepted: accepted + 1, lines, last: attempt, timer: again };
    this.#events.set(eventId, event);
    return event;
  }

  #end(eventId: string): void {
    const event = this.#events.get(eventId);
    if (!event) return;
    clearTimeout(event.timer);
    this.#events.delete(eventId);
    const more = event.accepted - SHOWN;
    const lines = more > SPARED ? [foldedLine(event.last, more, this.#terminal)] : event.lines;
    for (const line of lines) this.#terminal.line(line);
  }
}
