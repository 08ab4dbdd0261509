import type { Role } from '../login/passwords.ts';

/** What every role may ask of the API. Nothing here changes anything or answers with a secret. */
const READS = [
  'GET /v3/apps',
  'GET /v3/apps/:appId',
  'GET /v3/apps/:appId/apikeys',
  'GET /v3/audit',
  'GET /v3/dead-letters',
  'GET /v3/dead-letters/replays/:id',
  'GET /v3/dead-letters/summary',
  'GET /v3/events',
  'GET /v3/events/:id',
  'GET /v3/events/:id/recipients',
  'GET /v3/events/:id/recipients/:uid',
  'GET /v3/notifications/push/v1/providers/apns',
  'GET /v3/notifications/push/v1/providers/custom',
  'GET /v3/notifications/push/v1/providers/fcm',
  'GET /v3/notifications/v1/logs',
  'GET /v3/notifications/v1/preferences',
  'GET /v3/notifications/v1/preferences/mute',
  'GET /v3/notifications/v1/preferences/timezone',
  'GET /v3/notifications/v1/settings',
  'GET /v3/outcomes',
  'GET /v3/stats',
  'GET /v3/system',
  'GET /v3/system/configuration',
  'GET /v3/users',
  'GET /v3/users/:uid',
  'GET /v3/users/:uid/auth_tokens',
  'GET /v3/users/:uid/blockedusers',
  'GET /v3/users/:uid/devices',
  'POST /v3/explain',
  'POST /v3/notifications/v1/templates/preview',
];

/** What only admins may do. */
const ACTIONS = [
  'DELETE /v3/apps/:appId',
  'DELETE /v3/apps/:appId/apikeys/:keyId',
  'DELETE /v3/dead-letters',
  'DELETE /v3/notifications/push/v1/providers/apns/:providerId',
  'DELETE /v3/notifications/push/v1/providers/custom',
  'DELETE /v3/notifications/push/v1/providers/fcm/:providerId',
  'DELETE /v3/notifications/v1/settings',
  'DELETE /v3/users/:uid',
  'DELETE /v3/users/:uid/auth_tokens/:authToken',
  'PATCH /v3/apps/:appId',
  'PATCH /v3/notifications/v1/settings',
  'POST /v3/apps',
  'POST /v3/apps/:appId/apikeys',
  'POST /v3/dead-letters/replay',
  'POST /v3/dead-letters/replays/:id/stop',
  'POST /v3/events',
  'POST /v3/notifications/push/v1/providers/apns',
  'POST /v3/notifications/push/v1/providers/apns/:providerId/confirm-dead-tokens',
  'POST /v3/notifications/push/v1/providers/apns/:providerId/restore-tokens',
  'POST /v3/notifications/push/v1/providers/apns/:providerId/test',
  'POST /v3/notifications/push/v1/providers/custom',
  'POST /v3/notifications/push/v1/providers/custom/test',
  'POST /v3/notifications/push/v1/providers/fcm',
  'POST /v3/notifications/push/v1/providers/fcm/:providerId/confirm-dead-tokens',
  'POST /v3/notifications/push/v1/providers/fcm/:providerId/restore-tokens',
  'POST /v3/notifications/push/v1/providers/fcm/:providerId/test',
  'POST /v3/system/lanes/:lane/pause',
  'POST /v3/system/lanes/:lane/resume',
  'POST /v3/users/:uid/devices/:deviceId/restore',
  'PUT /v3/notifications/push/v1/providers/apns',
  'PUT /v3/notifications/push/v1/providers/apns/default/:providerId',
  'PUT /v3/notifications/push/v1/providers/custom',
  'PUT /v3/notifications/push/v1/providers/fcm',
  'PUT /v3/notifications/push/v1/providers/fcm/default/:providerId',
  'PUT /v3/notifications/v1/logs',
];

/** A request's operation as `METHOD /pattern`, by role; exported for the test that compares it with the API. */
export const OPERATIONS: Record<Role, readonly string[]> = { viewer: READS, admin: [...READS, ...ACTIONS] };

/** Whether a request may be passed on. `unknown`: the console does not offer it to any role. */
export type Permission = 'allowed' | 'forbidden' | 'unknown';

/** Decides by method and path, as the client wrote it: encoded and without its query. */
export function permissionOf(role: Role, method: string, path: string): Permission {
  if (!isPlain(path)) return 'unknown';
  const operation = `${method} ${path}`;
  if (MATCHERS[role].some((pattern) => pattern.test(operation))) return 'allowed';
  return MATCHERS.admin.some((pattern) => pattern.test(operation)) ? 'forbidden' : 'unknown';
}

const matcher = (operation: string): RegExp => new RegExp(`^${operation.replace(/:\w+/g, '[^/]+')}$`);
const MATCHERS: Record<Role, readonly RegExp[]> = {
  viewer: OPERATIONS.viewer.map(matcher),
  admin: OPERATIONS.admin.map(matcher),
};

/** What `encodeURIComponent` leaves and makes: no `#` or `;`, which some servers end a path at. */
const ENCODED = /^[\w\-.~!'()*%/]+$/;

/** Whether no proxy or server on the way can read the path as another one. */
const isPlain = (path: string): boolean =>
  ENCODED.test(path) &&
  path.split('/').every((segment) => {
    const text = decoded(segment);
    return text !== undefined && text !== '.' && text !== '..' && !/[/\\\p{Cc}]/u.test(text);
  });

function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
