import type { EventRef } from '@fanfare/core';
import type { IngestDeps } from '../deps.ts';

/** Logs and counts a record that cannot be decoded and is left out of an answer. */
export const leaveOut =
  ({ log, metrics }: Pick<IngestDeps, 'log' | 'metrics'>) =>
  ({ key }: EventRef, { message }: Error): void => {
    metrics.recordsUnreadable.inc();
    log.warn({ eventKey: key, reason: message }, 'event.not_decoded');
  };
