import type { Lane, LogFacts } from '@fanfare/core';
import type { LogRow } from '@fanfare/ledger';

/** What the archive keeps of a finished event: no text, no name, no picture. */
export interface ArchivedEvent {
  /** The internal id of its app. */
  appId: string;
  key: string;
  /** The chat backend's id of the event. */
  id: string;
  lane: Lane;
  /** When it was received, epoch ms. The archive is ordered by it, then by `key`. */
  at: number;
  /** When its last delivery was settled, epoch ms; after a replay, again. */
  doneAt: number;
  /** Whether the notification log was on when it was received: the logs API shows only such events. */
  logged: boolean;
  /** How many slices its audience has. */
  slices: number;
  facts: LogFacts;
}

/** A recipient in the archive: a row of the log, its number in the slice, and the error text of a rejected delivery. */
export interface ArchivedRow extends LogRow {
  index: number;
  detail?: string;
}

/** Some recipients of an event. */
export interface ArchivedSlice {
  appId: string;
  key: string;
  /** When the event was received, epoch ms. */
  at: number;
  slice: number;
  rows: readonly ArchivedRow[];
}

/** What is written: all slices of an event, then the event. An event whose own part is missing is incomplete. */
export type ArchivePart = { kind: 'slice'; slice: ArchivedSlice } | { kind: 'event'; event: ArchivedEvent };

/** The UTC day of a time, e.g. `2026-11-29`: files and partitions contain the events received on one day. */
export const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10);
