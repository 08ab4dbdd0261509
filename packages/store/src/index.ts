export * from './api-keys.ts';
export * from './app-cache.ts';
export * from './apps.ts';
export { blockedAmong, blockUsers, listBlocked, unblockUsers } from './blocks.ts';
export * from './custom-provider.ts';
export type { Device, Registration } from './device-record.ts';
export {
  listDevices,
  readDevice,
  registerDevice,
  registerKnownDevice,
  removeDevices,
  retireDevice,
} from './devices.ts';
export * from './erase-user.ts';
export * from './groups.ts';
export { hasMembershipSecret, type Membership, sealMembershipSecret } from './membership.ts';
export { listMutes, muteConversations, unmuteConversations } from './mutes.ts';
export { changePreferences, readPreferences, resetPreferences } from './preferences.ts';
export { notePresence, type Presence } from './presence.ts';
export * from './push-providers.ts';
export { countReactionFollowers, pageReactionFollowers } from './reaction-followers.ts';
export * from './recipients.ts';
export * from './redis.ts';
export * from './redis-state.ts';
export * from './secrets.ts';
export * from './sessions.ts';
export { changeSettings, resetSettings } from './settings.ts';
export { followersAmong, hasLeftThread, subscribeToThread, unsubscribeFromThread } from './threads.ts';
export * from './unread.ts';
export * from './users.ts';
