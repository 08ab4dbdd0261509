import { createRouter } from '@tanstack/react-router';
import { appsRoute } from './pages/apps/apps.tsx';
import { auditRoute } from './pages/audit/audit.tsx';
import { deadLettersRoute } from './pages/dead-letters/dead-letters.tsx';
import { eventRoute } from './pages/event/event.tsx';
import { eventsRoute } from './pages/events/events.tsx';
import { keysRoute } from './pages/keys/keys.tsx';
import { overviewRoute } from './pages/overview/overview.tsx';
import { peopleRoute } from './pages/people/people.tsx';
import { personRoute } from './pages/people/person.tsx';
import { playgroundRoute } from './pages/playground/playground.tsx';
import { providersRoute } from './pages/providers/providers.tsx';
import { settingsRoute } from './pages/settings/settings.tsx';
import { systemRoute } from './pages/system/system.tsx';
import { whyRoute } from './pages/why/why.tsx';
import { appRoute } from './shell/app-route.tsx';
import { rootRoute } from './shell/root.tsx';

/** Every page; each is one folder of `pages`, and exports its route. */
const appPages = appRoute.addChildren([
  eventsRoute,
  eventRoute,
  whyRoute,
  playgroundRoute,
  peopleRoute,
  personRoute,
  providersRoute,
  settingsRoute,
  deadLettersRoute,
  keysRoute,
]);
const routeTree = rootRoute.addChildren([overviewRoute, appPages, appsRoute, systemRoute, auditRoute]);

export const router = createRouter({
  routeTree,
  scrollRestoration: true,
  defaultPreload: 'intent',
  // Plain text in the address, e.g. `?state=open`; each route checks its own with zod.
  parseSearch: (search) => Object.fromEntries(new URLSearchParams(search)),
  stringifySearch: (search) => {
    const filled = Object.entries(search).filter(([, value]) => value !== undefined && value !== '');
    const text = new URLSearchParams(filled.map(([name, value]) => [name, String(value)])).toString();
    return text === '' ? '' : `?${text}`;
  },
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
