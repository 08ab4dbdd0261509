import type { Setup } from '../../api/setup.ts';

/** One step towards a first push. */
interface Step {
  title: string;
  text: string;
  snippet: string;
  isDone: boolean;
  /** The page that does the same. */
  page?: { to: '/apps' | '/a/$app/keys' | '/a/$app/providers' | '/a/$app/send'; label: string };
}

/** What an app needs for its first push, with commands to copy. The keys in them are for the reader to fill in. */
export function setupOf(url: string, app: string | undefined, setup: Setup | undefined): Step[] {
  const appId = app ?? 'my-app';
  const json = "-H 'content-type: application/json'";
  const admin = `-H "adminkey: $FANFARE_ADMIN_KEY" ${json}`;
  const key = `-H "apikey: $FANFARE_API_KEY" ${json}`;
  return [
    {
      title: 'Create an app',
      text: 'An app has its own users, settings, providers and keys.',
      snippet: `curl ${url}/v3/apps ${admin} -d '{"appId":"${appId}","name":"My app"}'`,
      isDone: app !== undefined,
      page: { to: '/apps', label: 'Apps' },
    },
    {
      title: 'Create an API key',
      text: 'The chat backend uses it to publish events. The answer is the only place where it is shown.',
      snippet: `curl ${url}/v3/apps/${appId}/apikeys ${admin} -d '{"name":"backend","scopes":["publish","manage"]}'`,
      isDone: setup?.hasKey ?? false,
      page: { to: '/a/$app/keys', label: 'API keys' },
    },
    {
      title: 'Add a provider',
      text: 'The service account of Firebase, the key of APNs, or a webhook of yours.',
      snippet: [
        `curl -X POST ${url}/v3/notifications/push/v1/providers/custom ${key} \\`,
        `  -d '{"webhookURL":"https://chat.example.com/push","useBasicAuth":false}'`,
      ].join('\n'),
      isDone: setup?.hasProvider ?? false,
      page: { to: '/a/$app/providers', label: 'Providers' },
    },
    {
      title: 'Register a device',
      text: 'The app does this after login, with the token of its push service. A webhook needs no device.',
      snippet: [
        "import { FanfareNotifications, PushPlatforms } from '@fanfare/client';",
        '',
        `const fanfare = new FanfareNotifications({ url: '${url}', appId: '${appId}', authToken });`,
        'await fanfare.registerPushToken(token, PushPlatforms.FCM_ANDROID);',
      ].join('\n'),
      isDone: setup?.hasWebhook ?? false,
    },
    {
      title: 'Send an event',
      text: 'One event in; every user who should be notified is.',
      snippet: [
        `curl ${url}/v3/events ${key} -d '{"id":"hello-1","type":"message.sent","sentAt":'"$(date +%s)000"',`,
        '  "sender":{"uid":"alice"},"conversation":{"type":"user","id":"bob"},',
        '  "message":{"id":"101","text":"Hello Bob!"}}\'',
      ].join('\n'),
      isDone: setup?.hasEvent ?? false,
      page: { to: '/a/$app/send', label: 'Playground' },
    },
  ];
}
