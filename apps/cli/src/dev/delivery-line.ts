import { PLATFORMS } from '@fanfare/core';
import type { AttemptRecord } from '@fanfare/sender/app';
import { clockTime, type Style, type Terminal } from '../terminal.ts';

/** The column widths. A longer value is not cut; it moves the rest to the right. */
const CLOCK_WIDTH = '14:05:09.042'.length;
const WIDTH = { type: 19, eventId: 24, uid: 9, target: 11, outcome: 10, age: 6 };

/** One attempt as a line: time, event, recipient, target, attempt, outcome, and ms since the event came in. */
export function deliveryLine(attempt: AttemptRecord, at: Date, terminal: Pick<Terminal, 'paint'>): string {
  const outcome = attempt.settled ?? attempt.outcome;
  return [
    terminal.paint('dim', clockTime(at)),
    attempt.type.padEnd(WIDTH.type),
    terminal.paint('dim', attempt.eventId.padEnd(WIDTH.eventId)),
    `→ ${attempt.uid.padEnd(WIDTH.uid)}`,
    targetOf(attempt).padEnd(WIDTH.target),
    `attempt ${attempt.attempt}`,
    terminal.paint(styleOf(attempt), outcome.padEnd(WIDTH.outcome)),
    `${String(attempt.ageMs).padStart(WIDTH.age)} ms`,
    ...more(attempt),
  ].join('  ');
}

/** The line in place of those of more deliveries of the event that were accepted. */
export function foldedLine({ type, eventId }: AttemptRecord, count: number, terminal: Pick<Terminal, 'paint'>): string {
  const event = [type.padEnd(WIDTH.type), terminal.paint('dim', eventId.padEnd(WIDTH.eventId))];
  return [' '.repeat(CLOCK_WIDTH), ...event, `→ ${count} more ${terminal.paint('green', 'accepted')}`].join('  ');
}

/** The provider, and the kind of device if there is one. */
function targetOf({ provider, platform }: AttemptRecord): string {
  if (platform === undefined) return provider;
  const { kind, os } = PLATFORMS[platform];
  return `${provider} ${kind === 'voip' ? kind : os}`;
}

function styleOf({ settled }: AttemptRecord): Style {
  if (settled === undefined) return 'yellow';
  return settled === 'accepted' ? 'green' : 'red';
}

/** Why the attempt failed, and when the next one is. */
function more({ reason, againInMs }: AttemptRecord): string[] {
  const again = againInMs === undefined ? undefined : `again in ${(againInMs / 1000).toFixed(1)} s`;
  const words = [reason, again].filter((word) => word !== undefined);
  return words.length === 0 ? [] : [words.join(', ')];
}
