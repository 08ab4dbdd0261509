import { FanfareError } from '@fanfare/core';
import { countMembers, createUser, type Quotas, readUsage, type Usage, withoutRecord } from '@fanfare/store';
import type { IngestDeps } from '../deps.ts';
import type { OverloadGuard } from './overload.ts';

type Deps = Pick<IngestDeps, 'config' | 'registry' | 'intake' | 'now'>;

/** The quotas of an app: those the operator has set for it, and the environment's for the others. */
export const quotasFor = (config: IngestDeps['config'], set: Partial<Quotas>): Quotas => ({
  users: config.QUOTA_USERS_PER_APP,
  groups: config.QUOTA_GROUPS_PER_APP,
  members: config.QUOTA_MEMBERS_PER_APP,
  devicesPerUser: config.QUOTA_DEVICES_PER_USER,
  openEvents: config.QUOTA_OPEN_EVENTS_PER_APP,
  openCalls: config.QUOTA_OPEN_CALLS_PER_APP,
  openMegabytes: config.QUOTA_OPEN_MEGABYTES_PER_APP,
  ...set,
});

/** The same, read first; of an unknown app the environment's. */
export const quotasOf = async (
  { intake, config }: Pick<IngestDeps, 'config' | 'intake'>,
  appId: string,
): Promise<Quotas> => quotasFor(config, (await intake.apps.get(appId))?.quotas ?? {});

/**
 * Creates records for users who have none. Concurrent requests may slightly exceed the quota.
 * @throws FanfareError `ERR_QUOTA_EXCEEDED` if the app would have too many users; nothing is written then.
 */
export async function admitUsers(deps: Deps, appId: string, uids: readonly string[]): Promise<void> {
  const { registry, now } = deps;
  const fresh = await withoutRecord(registry, appId, [...new Set(uids)]);
  if (fresh.length === 0) return;
  const [{ users }, quotas] = await Promise.all([readUsage(registry, appId), quotasOf(deps, appId)]);
  check('users', users + fresh.length, quotas.users);
  await Promise.all(fresh.map((uid) => createUser(registry, appId, uid, now())));
}

/** @throws FanfareError `ERR_QUOTA_EXCEEDED` if the app would have too many groups or members. */
export async function checkRoom(deps: Deps, appId: string, more: Partial<Omit<Usage, 'users'>>): Promise<void> {
  const [usage, quotas] = await Promise.all([readUsage(deps.registry, appId), quotasOf(deps, appId)]);
  if (more.groups) check('groups', usage.groups + more.groups, quotas.groups);
  if (more.members) check('members', usage.members + more.members, quotas.members);
}

/** Lines of a bulk load between two checks of Redis memory. */
const CHECK_EVERY = 1000;

/**
 * Passes on the uids of a bulk load while the app's quota, which its other groups share, and Redis memory allow it.
 * @throws FanfareError `ERR_QUOTA_EXCEEDED` or `ERR_OVERLOADED` once they do not.
 */
export async function* withinRoom(
  deps: Deps,
  guard: OverloadGuard,
  { appId, guid }: { appId: string; guid: string },
  uids: AsyncIterable<string>,
): AsyncGenerator<string> {
  const { registry } = deps;
  const [{ members }, before, quotas] = await Promise.all([
    readUsage(registry, appId),
    countMembers(registry, appId, guid),
    quotasOf(deps, appId),
  ]);
  let count = members - before;
  let lines = 0;
  for await (const uid of uids) {
    if (lines++ % CHECK_EVERY === 0) await guard.checkGrowth();
    if (++count > quotas.members) throw quotaExceeded('members', quotas.members);
    yield uid;
  }
}

/** The error for an app at its quota. */
const quotaExceeded = (kind: keyof Usage, most: number): FanfareError =>
  new FanfareError('ERR_QUOTA_EXCEEDED', `${kind}: the app may have ${most} at most`);

function check(kind: keyof Usage, wanted: number, most: number): void {
  if (wanted > most) throw quotaExceeded(kind, most);
}
