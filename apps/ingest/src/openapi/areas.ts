/** An area of the API: how the document groups operations. */
interface Area {
  name: string;
  description: string;
  paths: RegExp;
}

/** The first that matches counts. */
const AREAS: readonly Area[] = [
  { name: 'Apps', description: 'Apps and their API keys, for the operator.', paths: /^\/v3\/apps/ },
  {
    name: 'Events',
    description: 'What happened in the chat, and what became of it.',
    paths: /^\/v3\/(events|webhooks|explain)/,
  },
  { name: 'Dead letters', description: 'Deliveries that were given up.', paths: /^\/v3\/dead-letters/ },
  { name: 'Devices', description: 'Devices of people, and their push tokens.', paths: /\/(tokens|devices)(\/|$)/ },
  { name: 'Users', description: 'People, their logins, and whom they block.', paths: /^\/v3\/users/ },
  { name: 'Groups', description: 'Groups and their members.', paths: /^\/v3\/groups/ },
  { name: 'Providers', description: 'Credentials of push services, and your own webhook.', paths: /\/providers\// },
  { name: 'Preferences', description: 'What a person wants to hear of, and when.', paths: /\/preferences(\/|$)/ },
  { name: 'Messages', description: 'What a person has read, and the threads they follow.', paths: /^\/v3\/messages/ },
  {
    name: 'Settings',
    description: 'What an app is set to: defaults, texts, logs.',
    paths: /^\/v3\/notifications\/v1\/(settings|templates|logs)/,
  },
  {
    name: 'SDK',
    description: "What CometChat's SDK needs to log in and out.",
    paths: /^\/v3\/(settings|me|user_sessions)(\/|$)/,
  },
];

/** The areas, as the document lists them. */
export const TAGS = AREAS.map(({ name, description }) => ({ name, description }));

/** The area a path is in. @throws when it is in none: a new kind of path needs a row above. */
export function areaOf(path: string): string {
  const area = AREAS.find(({ paths }) => paths.test(path));
  if (!area) throw new Error(`${path} is in no area of the API`);
  return area.name;
}
