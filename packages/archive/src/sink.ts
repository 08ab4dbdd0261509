import type { Erasure } from '@fanfare/ledger';
import type { ArchivedEvent, ArchivedRow, ArchivePart } from './archived.ts';

/** Where the archive is written. One process writes at a time. */
export interface ArchiveSink {
  /**
   * Writes some parts, without the users who are erased. What it has written when it resolves survives a crash of the
   * machine. Writing the same again is harmless: the newest version of an event counts.
   */
  write(parts: readonly ArchivePart[]): Promise<void>;
  /** Erases users and apps, and remembers the users, for events that are written later. Repeating it is harmless. */
  erase(erasures: readonly Erasure[]): Promise<void>;
  /** Does a bounded piece of the upkeep that is due; false if there was none. */
  tidy(now: number): Promise<boolean>;
  close(): Promise<void>;
}

/** Which logged events of an app, and how many, in order of time and key. */
export interface ArchiveRange {
  /** Not received before this, epoch ms. */
  from?: number | undefined;
  /** Not received after this, epoch ms. */
  to?: number | undefined;
  /** Starts behind this position, in the direction of the order: an event, or `next` of the page before. */
  after?: { at: number; key: string } | undefined;
  /** `prepend` goes back in time from the newest, `append` forward from the oldest. */
  order: 'prepend' | 'append';
  limit: number;
}

/** Some events, and where the next page begins: absent at the end of the range. */
export interface ArchivePage {
  events: ArchivedEvent[];
  next?: { at: number; key: string };
}

/** Reads what a sink has written, in any process. */
export interface ArchiveReader {
  /** The next events of an app. A page may have few or none and still have a next one: a read is bounded. */
  page(appId: string, range: ArchiveRange): Promise<ArchivePage>;
  /** The rows of one slice of an event that `page` returned, in order of their index. */
  rows(event: ArchivedEvent, slice: number): Promise<readonly ArchivedRow[]>;
  close(): Promise<void>;
}

/** Compares two events in order of time and key. */
export const compareEvents = (a: { at: number; key: string }, b: { at: number; key: string }): number =>
  a.at - b.at || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);
