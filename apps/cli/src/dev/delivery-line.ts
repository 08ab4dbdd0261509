import { PLATFORMS } from '@fanfare/core';
import type { AttemptRecord } from '@fanfare/sender/app';
import { clockTime, type Style, type Terminal } from './terminal.ts';

/** The column widths; what is longer pushes the rest to the right and is not cut. */
const WIDTH = { type: 19, eventId: 24, uid: 9, target: 11, outcome: 10, age: 6 };

/** One attempt at one delivery, as a line: when, which event, to whom and what, what came of it, ms since the event came in. */
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

/** The provider, and the kind of device where there is one. */
function targetOf({ provider, platform }: AttemptRecord): string {
  if (platform === undefined) return provider;
  const { kind, os } = PLATFORMS[platform];
  return `${provider} ${kind === 'voip' ? kind : os}`;
}

function styleOf({ settled }: AttemptRecord): Style {
  if (settled === undefined) return 'yellow';
  return settled === 'accepted' ? 'green' : 'red';
}

/** Why it did not go well, and when it is tried again. */
function more({ reason, againInMs }: AttemptRecord): string[] {
  const again = againInMs === undefined ? undefined : `again in ${(againInMs / 1000).toFixed(1)} s`;
  const words = [reason, again].filter((word) => word !== undefined);
  return words.length === 0 ? [] : [words.join(', ')];
}
