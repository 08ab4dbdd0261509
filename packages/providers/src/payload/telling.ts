import type { CallAction, NotificationDetails } from '@fanfare/core';

/** States of a call that have something to tell: it rings, or it was missed. */
const TELLING: ReadonlySet<CallAction> = new Set(['initiated', 'cancelled', 'unanswered']);

/** Whether there is something to show: all but the states of a call that only end what is on the screen. */
export const isTelling = ({ callAction }: NotificationDetails): boolean =>
  callAction === undefined || TELLING.has(callAction);
