import { SUCCESS } from '../../http/fields.ts';
import type { Example } from './example.ts';
import { shownPreferences } from './shown-preferences.ts';
import { shownTemplates } from './shown-templates.ts';

/** App settings. */
export const settings: readonly Example[] = [
  {
    operation: 'PATCH /v3/notifications/v1/settings',
    as: 'backend',
    body: { preferences: { group: { memberJoinedSetting: 2 } }, badge: true },
    status: 200,
    answer: SUCCESS,
  },
  {
    operation: 'GET /v3/notifications/v1/settings',
    as: 'backend',
    status: 200,
    answer: {
      data: {
        pushEnabled: true,
        preferences: shownPreferences,
        sound: { chat: 'default', call: 'default' },
        templates: shownTemplates,
        locale: 'en',
        timezone: 'UTC',
        deadlines: {},
        badge: true,
        moderation: { pending: 'wait' },
        retention: { bulk: 24, events: 168, content: 24 },
        logs: { until: 0, content: false },
      },
    },
  },
  {
    operation: 'DELETE /v3/notifications/v1/settings',
    as: 'backend',
    status: 200,
    answer: SUCCESS,
  },
  {
    operation: 'PUT /v3/notifications/v1/logs',
    as: 'backend',
    body: { enabled: true, days: 2 },
    status: 200,
    answer: { data: { enabled: true, until: 1_741_847_453_000, content: false } },
  },
];
