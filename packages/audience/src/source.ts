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

/** Receives what a walk could not read. */
interface WalkLog {
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** What walking an audience page by page needs in addition. */
export interface Walk {
  /** Recipients per page. */
  sliceSize: number;
  /** Reads members of groups from chat backends. */
  membership: Pick<MembershipSource, 'page'>;
  log: WalkLog;
  now(): number;
  random(): number;
  /** No worker has walked this event before: a ring in flight is waited for. */
  isFirst: boolean;
}

/** The next users of an audience, before exclusions, and where to continue. */
export interface Page {
  kind: 'page';
  uids: readonly string[];
  cursor: string;
  last: boolean;
  /** For a later call state: the devices it rang on, by uid. It has not rung for users who are absent. */
  rung?: ReadonlyMap<string, ReadonlySet<string>>;
}

/** The audience is not available yet: try again in a while. */
export interface Later {
  kind: 'later';
  retryInMs: number;
}

/** How one user relates to a source: in it, assumed to be in it, or not, with the reason. */
export type Standing =
  | { kind: 'member'; rung?: ReadonlySet<string> | undefined }
  /** Only the chat backend knows its members, and it cannot look up a single one. */
  | { kind: 'assumed' }
  | { kind: 'absent'; absence: Absence };

/**
 * The source of one event's audience. Both methods follow the same rule: fan-out walks the pages, in an order that a
 * cursor can resume; explain and traces check one user.
 */
export interface AudienceSource {
  /** The group the audience is taken from, whose size the app may limit. */
  group?: string;
  /** The chat backend lists the group's members; a user in its list counts as known. */
  isPulled?: true;
  page(walk: Walk, cursor: string): Promise<Page | Later>;
  standing(uid: string): Promise<Standing>;
}

export const absent = (absence: Absence): Standing => ({ kind: 'absent', absence });
