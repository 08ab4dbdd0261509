import type { MembershipSource } from '@fanfare/providers';
import type { Redis } from 'ioredis';
import type { Absence } from './absence.ts';

/** Where an audience is looked up. */
export interface AudienceDeps {
  /** Redis of queues and ledger. */
  queueRedis: Redis;
  /** Redis of the registry. */
  registry: Redis;
}

/** Where a walk says what it could not read. */
interface WalkLog {
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** What walking an audience page by page takes besides. */
export interface Walk {
  /** Recipients per page. */
  sliceSize: number;
  /** Asks chat backends for the members of their groups. */
  membership: Pick<MembershipSource, 'page'>;
  log: WalkLog;
  now(): number;
  random(): number;
  /** No worker has walked this event before: a ring in flight is waited for. */
  isFirst: boolean;
}

/** The next users of an audience, before any is left out, and where to go on. */
export interface Page {
  kind: 'page';
  uids: readonly string[];
  cursor: string;
  last: boolean;
  /** For a later state of a call: the devices it rang on, by uid. A user who is absent has not been rung. */
  rung?: ReadonlyMap<string, ReadonlySet<string>>;
}

/** The audience is not there yet: ask again in a while. */
export interface Later {
  kind: 'later';
  retryInMs: number;
}

/** Where one user stands towards a source: among its users, taken to be among them, or not, with the reason. */
export type Standing =
  | { kind: 'member'; rung?: ReadonlySet<string> | undefined }
  /** Only the chat backend knows its members, and it has no look-up for a single one. */
  | { kind: 'assumed' }
  | { kind: 'absent'; absence: Absence };

/**
 * Where the audience of one event comes from. Both questions are answered by the same rule: fan-out walks the pages, in
 * an order that a cursor can resume; explain and traces ask about one user.
 */
export interface AudienceSource {
  /** The group the audience is drawn from, whose size the app may limit. */
  group?: string;
  /** The chat backend tells the group's members; its word makes a user known. */
  isPulled?: true;
  page(walk: Walk, cursor: string): Promise<Page | Later>;
  standing(uid: string): Promise<Standing>;
}

export const absent = (absence: Absence): Standing => ({ kind: 'absent', absence });
