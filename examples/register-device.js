// What an app does after a login: register its push token, then set the user's preferences.
import { parseArgs } from 'node:util';
import {
  DayOfWeek,
  DaySchedule,
  FanfareNotifications,
  FanfareServer,
  MessagesOptions,
  MutedConversationType,
  NotificationPreferences,
  PushPlatforms,
} from '@fanfare/client';

const HELP = `Usage: FANFARE_API_KEY=… node examples/register-device.js [--uid <uid>] [--token <push token>]

Logs a user in (default: carol), registers a browser's push token, mutes the group "hiking" for an hour, sets quiet
Sundays, and prints the result.

Environment:
  FANFARE_API_KEY      An API key with the scope manage; "npm start" prints one in its curl command
  FANFARE_URL          Default: http://127.0.0.1:8080
  FANFARE_APP_ID       Default: demo
  FANFARE_PROVIDER_ID  Default: default, the app's first FCM credential`;

const { values } = parseArgs({
  options: {
    uid: { type: 'string', default: 'carol' },
    token: { type: 'string', default: 'example-token' },
    help: { type: 'boolean', short: 'h' },
  },
});
const { FANFARE_API_KEY: apiKey, FANFARE_URL: url = 'http://127.0.0.1:8080' } = process.env;
const { FANFARE_APP_ID: appId = 'demo', FANFARE_PROVIDER_ID: providerId = 'default' } = process.env;

if (values.help || !apiKey) {
  console.log(HELP);
  process.exitCode = values.help ? 0 : 1;
} else {
  await useApp(await logIn(new FanfareServer({ url, apiKey }), values.uid));
}

/** On your backend, which has the API key: it knows the user, and creates an auth token for this session. */
async function logIn(fanfare, uid) {
  await fanfare.upsertUser(uid);
  const { authToken } = await fanfare.createAuthToken(uid);
  return authToken;
}

/** In the app, which gets only the auth token. */
async function useApp(authToken) {
  const notifications = new FanfareNotifications({ url, appId, authToken });

  // The push token comes from the push service's SDK, in a browser from getToken() of firebase/messaging. Register it
  // after each login, and again whenever the SDK returns a new one.
  await notifications.registerPushToken(values.token, PushPlatforms.FCM_WEB, providerId);
  const tokens = await notifications.getTokens();
  console.log(`registered: ${tokens.map(({ platform, pushToken }) => `${platform} ${pushToken}`).join(', ')}`);

  await choose(notifications);
  console.log(`time zone: ${await notifications.getTimezone()}`);

  // Before the user logs out: await notifications.unregisterPushToken();
}

/** What the app's settings page does. */
async function choose(notifications) {
  // Changes only what is set here.
  const changes = new NotificationPreferences();
  changes.groupPreferences.groupMessages = MessagesOptions.SUBSCRIBE_TO_MENTIONS;
  changes.mutePreferences.setScheduleFor(DayOfWeek.SUNDAY, new DaySchedule(0, 2359, true));
  const { groupPreferences, mutePreferences } = await notifications.updatePreferences(changes);
  console.log(`group messages: ${groupPreferences.groupMessages === 3 ? 'mentions only' : 'not changeable'}`);
  console.log(`sundays: ${mutePreferences.getSchedulePreference().get(DayOfWeek.SUNDAY)?.dnd ? 'quiet' : 'as usual'}`);

  const anHour = Date.now() + 3_600_000;
  await notifications.muteConversations([{ id: 'hiking', type: MutedConversationType.GROUP, until: anHour }]);
  for (const { id, until } of await notifications.getMutedConversations()) {
    console.log(`muted: ${id} ${until === null ? 'forever' : `until ${new Date(until).toISOString()}`}`);
  }
}
