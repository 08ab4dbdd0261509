/** What changes to each part of the API are called, by the last fixed words of its path; the longest match counts. */
const THINGS: readonly [path: string, thing: string][] = [
  ['/v3/apps', 'app'],
  ['/apikeys', 'API key'],
  ['/providers/fcm', 'FCM credential'],
  ['/providers/apns', 'APNs credential'],
  ['/providers/custom', 'webhook'],
  ['/settings', 'settings'],
  ['/logs', 'logs'],
  ['/dead-letters', 'dead letters'],
];
const ACTIONS: readonly [path: string, action: string][] = [
  ['/dead-letters/replay', 'Replay dead letters'],
  ['/stop', 'Stop a replay'],
  ['/lanes/{lane}/pause', 'Pause a lane'],
  ['/lanes/{lane}/resume', 'Resume a lane'],
  ['/restore-tokens', 'Restore the tokens of a credential'],
  ['/confirm-dead-tokens', 'Confirm the dead tokens of a credential'],
  ['/restore', 'Restore a device'],
  ['/default/{providerId}', 'Make a credential the default'],
];
const VERBS: Record<string, string> = { POST: 'Create', PUT: 'Replace', PATCH: 'Change', DELETE: 'Delete' };

/** An operation of the API in words: `PATCH /v3/apps/{appId}` is `Change app`. Others stay as they are. */
export function changeOf(operation: string): string {
  const [method = '', path = ''] = operation.split(' ');
  const action = ACTIONS.find(([end]) => path.endsWith(end));
  if (action) return action[1];
  const thing = THINGS.findLast(([part]) => path.includes(part));
  return thing === undefined ? operation : `${VERBS[method] ?? method} ${thing[1]}`;
}
