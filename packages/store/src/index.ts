export * from './api-keys.ts';
export * from './app-cache.ts';
export * from './apps.ts';
export { type AuditEntry, type FoundAuditEntry, readAudit, readAuditOfDeleted, writeAudit } from './audit.ts';
export { blockedAmong, blockUsers, listBlocked, unblockUsers } from './blocks.ts';
export * from './custom-provider.ts';
export { setOtherEnvironment } from './device-environment.ts';
export type { IndexedDevice } from './device-index.ts';
export type { Device, Registration } from './device-record.ts';
export { listDevices, listDevicesOf, readDevice, removeDevices } from './devices.ts';
export * from './erase-user.ts';
export { readFailingCredentials, readRegistryGauges } from './failing-credentials.ts';
export { clearUnreadOfFormer } from './former-members.ts';
export * from './groups.ts';
export { type ImportedDevice, importDevices } from './import/import-devices.ts';
export { type ImportedGroup, importGroups } from './import/import-groups.ts';
export { importPreferences } from './import/import-preferences.ts';
export { importUsers } from './import/import-users.ts';
export { listUsers, type UserPage } from './list-users.ts';
export { hasMembershipSecret, type Membership, sealMembershipSecret } from './membership.ts';
export * from './moderation.ts';
export { listMutes, muteConversations, muteEach, unmuteConversations } from './mutes.ts';
export { changePreferences, readPreferences, resetPreferences } from './preferences.ts';
export { type Presence, recordPresence } from './presence.ts';
export * from './push-providers.ts';
export {
  type CredentialRef,
  countQuarantined,
  listQuarantined,
  type QuarantinedDevice,
  quarantineDevice,
} from './quarantine/quarantine.ts';
export { type Restored, restoreDevice, restoreDevices } from './quarantine/restore.ts';
export {
  confirmDeadTokens,
  countAccepted,
  judgeDeadToken,
  readTokenGuard,
  type TokenGuard,
  type TokenVerdict,
} from './quarantine/token-guard.ts';
export type { Quotas } from './quotas.ts';
export { countReactionFollowers, pageReactionFollowers } from './reaction-followers.ts';
export * from './recipients.ts';
export { registerDevice, registerKnownDevice } from './register-device.ts';
export { type Resealed, resealSecrets } from './reseal.ts';
export * from './secrets.ts';
export * from './sessions.ts';
export { changeSettings, resetSettings } from './settings.ts';
export { followersAmong, hasLeftThread, subscribeToThread, unsubscribeFromThread } from './threads.ts';
export { createTokenStore } from './token-store.ts';
export * from './unread.ts';
export { readUsage, type Usage } from './usage.ts';
export { createUser, withoutRecord } from './user-record.ts';
export * from './users.ts';
export { countWebhookFailures, forgetWebhookFailures } from './webhook-health.ts';
