import { apnsProviders } from './apns-providers.ts';
import { apps } from './apps.ts';
import { customProvider } from './custom-provider.ts';
import { deadLetters } from './dead-letters.ts';
import { deadTokens } from './dead-tokens.ts';
import { events } from './events.ts';
import type { Example } from './example.ts';
import { fcmProviders } from './fcm-providers.ts';
import { groups } from './groups.ts';
import { imports } from './imports.ts';
import { messages } from './messages.ts';
import { preferences } from './preferences.ts';
import { sdk } from './sdk.ts';
import { settings } from './settings.ts';
import { stats } from './stats.ts';
import { system } from './system.ts';
import { farewells } from './teardown.ts';
import { tokens } from './tokens.ts';
import { users } from './users.ts';
import { why } from './why.ts';

export type { Example } from './example.ts';
export { STAND_INS } from './stand-ins.ts';

/** CometChat's SDK uses its own path for preferences; the answers are the same. */
const preferencesForSdk = preferences.map((example) => ({
  ...example,
  operation: example.operation.replace('/notifications/v1/', '/notifications/push/v1/'),
}));

/** All examples, in replay order. */
export const EXAMPLES: readonly Example[] = [
  ...apps,
  ...system,
  ...users,
  ...groups,
  ...imports,
  ...customProvider,
  ...fcmProviders,
  ...apnsProviders,
  ...settings,
  ...sdk,
  ...tokens,
  ...preferences,
  ...preferencesForSdk,
  ...events,
  ...why,
  ...stats,
  ...messages,
  ...deadLetters,
  ...deadTokens,
  ...farewells,
];
