import { apps } from './apps/index.ts';
import type { Area } from './area.ts';
import { deadLetters } from './dead-letters/index.ts';
import { devices } from './devices/index.ts';
import { events } from './events/index.ts';
import { groups } from './groups/index.ts';
import { imports } from './import/index.ts';
import { messages } from './messages/index.ts';
import { preferences } from './preferences/index.ts';
import { providers } from './providers/index.ts';
import { sdk } from './sdk/index.ts';
import { settings } from './settings/index.ts';
import { system } from './system/index.ts';
import { users } from './users/index.ts';

/** All areas of the API, in the order of the OpenAPI document. */
export const AREAS: readonly Area[] = [
  apps,
  events,
  deadLetters,
  devices,
  users,
  groups,
  imports,
  providers,
  preferences,
  messages,
  settings,
  sdk,
  system,
];
