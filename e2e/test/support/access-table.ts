import type { Access } from '@fanfare/ingest/app';

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Routes by path, with the methods of each. */
type Routes = Record<string, readonly Method[]>;

const N = '/v3/notifications/v1';
const P = '/v3/notifications/push/v1';
const ONE_KIND: Routes = {
  '': ['POST', 'PUT', 'GET'],
  '/:providerId': ['DELETE'],
  '/:providerId/restore-tokens': ['POST'],
  '/:providerId/test': ['POST'],
  '/:providerId/confirm-dead-tokens': ['POST'],
  '/default/:providerId': ['PUT'],
};
const MY_PREFERENCES: Routes = {
  '': ['GET', 'PATCH', 'DELETE'],
  '/mute': ['GET', 'PUT', 'DELETE'],
  '/timezone': ['GET', 'PATCH'],
};

const below = (path: string, routes: Routes): Routes =>
  Object.fromEntries(Object.entries(routes).map(([rest, methods]) => [path + rest, methods]));

/** Who may call each route, by the specification and not by the server: a route that is not here fails the test. */
const TABLE: Record<Access, Routes> = {
  anyone: {
    '/': ['GET'],
    '/livez': ['GET'],
    '/readyz': ['GET'],
    '/openapi.json': ['GET'],
    '/docs': ['GET'],
    '/docs/json': ['GET'],
    '/docs/yaml': ['GET'],
    '/docs/static/*': ['GET'],
    '/docs/static/index.html': ['GET'],
    '/docs/static/swagger-initializer.js': ['GET'],
    '/docs/static/theme/accessible.css': ['GET'],
    '/docs/static/theme/accessible.js': ['GET'],
    '/v3/settings': ['GET'],
  },
  admin: {
    '/v3/apps': ['POST', 'GET'],
    '/v3/apps/:appId': ['GET', 'PATCH', 'DELETE'],
    '/v3/apps/:appId/apikeys': ['POST', 'GET'],
    '/v3/apps/:appId/apikeys/:keyId': ['DELETE'],
    '/v3/system': ['GET'],
    '/v3/system/configuration': ['GET'],
    '/v3/system/lanes/:lane/pause': ['POST'],
    '/v3/system/lanes/:lane/resume': ['POST'],
    '/v3/audit': ['GET'],
  },
  publish: {
    '/v3/events': ['POST'],
    '/v3/events/:id': ['GET'],
    '/v3/webhooks/cometchat': ['POST'],
  },
  manage: {
    '/v3/users': ['GET'],
    '/v3/users/:uid': ['PUT', 'GET', 'DELETE'],
    '/v3/users/:uid/auth_tokens': ['POST', 'GET'],
    '/v3/users/:uid/auth_tokens/:authToken': ['DELETE'],
    '/v3/users/:uid/devices': ['GET'],
    '/v3/users/:uid/devices/:deviceId/restore': ['POST'],
    '/v3/users/:uid/blockedusers': ['GET', 'POST', 'DELETE'],
    '/v3/groups/:guid': ['PUT', 'GET', 'DELETE'],
    '/v3/groups/:guid/members': ['POST', 'PUT', 'GET'],
    '/v3/groups/:guid/members/:uid': ['DELETE'],
    '/v3/import': ['POST'],
    '/v3/import/:id': ['GET'],
    [`${P}/providers/custom`]: ['POST', 'PUT', 'GET', 'DELETE'],
    [`${P}/providers/custom/test`]: ['POST'],
    ...below(`${P}/providers/fcm`, ONE_KIND),
    ...below(`${P}/providers/apns`, ONE_KIND),
    [`${N}/settings`]: ['GET', 'PATCH', 'DELETE'],
    [`${N}/logs`]: ['GET', 'PUT'],
    [`${N}/templates/preview`]: ['POST'],
    '/v3/events': ['GET'],
    '/v3/events/:id/recipients/:uid': ['GET'],
    '/v3/events/:id/recipients': ['GET'],
    '/v3/explain': ['POST'],
    '/v3/stats': ['GET'],
    '/v3/outcomes': ['GET'],
    '/v3/dead-letters': ['GET', 'DELETE'],
    '/v3/dead-letters/replay': ['POST'],
    '/v3/dead-letters/replays/:id': ['GET'],
    '/v3/dead-letters/replays/:id/stop': ['POST'],
    '/v3/dead-letters/summary': ['GET'],
  },
  user: {
    [`${P}/tokens`]: ['POST', 'GET', 'DELETE'],
    [`${P}/tokens/:pushToken`]: ['DELETE'],
    ...below(`${N}/preferences`, MY_PREFERENCES),
    ...below(`${P}/preferences`, MY_PREFERENCES),
    '/v3/messages/:id/thread/subscription': ['POST', 'DELETE'],
    '/v3/messages/:id/read': ['POST'],
  },
  session: {
    '/v2/tokens': ['POST', 'GET', 'DELETE'],
    '/v3/me': ['PUT', 'GET', 'DELETE'],
    '/v3/me/jwt': ['POST'],
    '/v3/user_sessions': ['POST'],
  },
};

/** Who may call each route, by method and pattern. */
export const ACCESS: ReadonlyMap<string, Access> = new Map(
  Object.entries(TABLE).flatMap(([access, routes]) =>
    Object.entries(routes).flatMap(([url, methods]) =>
      methods.map((method): [string, Access] => [`${method} ${url}`, access as Access]),
    ),
  ),
);
