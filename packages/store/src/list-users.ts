import { primariesOf } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { keys } from './keys.ts';
import { readUsers, type User } from './users.ts';

/** Keys that one step looks at, and about how many one page does: some 10 ms of Redis. */
const STEP = 2000;
const MOST = 20_000;

/** A page of users in no particular order; `cursor` continues it and is absent at the end. */
export interface UserPage {
  users: User[];
  cursor?: string;
}

/** Which page of users. The last two bound what it costs. */
interface UserSearch {
  /** The `cursor` of the page before. */
  cursor?: string | undefined;
  limit: number;
  step?: number;
  most?: number;
}

/** Where a page ends: on which primary, at which cursor of its SCAN, after which uid of that step. */
interface Position {
  primary: number;
  scan: string;
  after: string;
}

/**
 * One page of an app's users. There is no index of them: one would cost some 20 bytes a user. So it walks the keys of
 * Redis, about `most` at a time, and a page may be short, even empty, and have a cursor. Lists each user who exists
 * all the time, except that Redis may give one twice, or leave one out, while it resizes its table of keys.
 * @throws RangeError if the cursor is invalid.
 */
export async function listUsers(
  redis: Redis,
  appId: string,
  { cursor, limit, step = STEP, most = MOST }: UserSearch,
): Promise<UserPage> {
  const users: User[] = [];
  const primaries = inOrder(primariesOf(redis));
  let position = decodePosition(cursor);
  for (let looked = 0; looked < most; looked += step) {
    const primary = primaries[position.primary];
    if (!primary) return { users };
    const [next, found] = await primary.scan(position.scan, 'MATCH', keys.user(appId, '*'), 'COUNT', step);
    const { after } = position;
    const uids = found.map((key) => uidOf(appId, key)).filter((uid) => uid > after);
    uids.sort();
    // A key without a record does not fill the page: that of a user who was erased, or is only named.
    while (uids.length > 0 && users.length < limit) {
      const some = uids.splice(0, limit - users.length);
      users.push(...(await readUsers(redis, appId, some)));
      position = { ...position, after: some.at(-1) as string };
    }
    if (uids.length > 0) return { users, cursor: encodePosition(position) };
    position =
      next === '0'
        ? { primary: position.primary + 1, scan: '0', after: '' }
        : { primary: position.primary, scan: next, after: '' };
    if (position.primary === primaries.length) return { users };
    if (users.length === limit) break;
  }
  return { users, cursor: encodePosition(position) };
}

/** Always in the same order, which the cursor relies on. */
const inOrder = (primaries: readonly Redis[]): Redis[] => {
  const name = ({ options: { host, port } }: Redis) => `${host}:${port}`;
  return [...primaries].sort((a, b) => (name(a) < name(b) ? -1 : 1));
};

const uidOf = (appId: string, key: string): string => key.slice(keys.user(appId, '').length - 1, -1);

const encodePosition = ({ primary, scan, after }: Position): string =>
  Buffer.from(`${primary} ${scan} ${after}`).toString('base64url');

function decodePosition(cursor: string | undefined): Position {
  if (!cursor) return { primary: 0, scan: '0', after: '' };
  const text = Buffer.from(cursor, 'base64url').toString();
  const [, primary, scan, after] = /^(\d{1,4}) (\d{1,20}) (.*)$/s.exec(text) ?? [];
  if (primary === undefined || scan === undefined || after === undefined) throw new RangeError('not a cursor');
  return { primary: Number(primary), scan, after };
}
