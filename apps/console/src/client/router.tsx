import { createRouter } from '@tanstack/react-router';
import { eventsRoute } from './pages/events/events.tsx';
import { overviewRoute } from './pages/overview/overview.tsx';
import { appRoute } from './shell/app-route.tsx';
import { rootRoute } from './shell/root.tsx';

/** Every page; each is one folder of `pages`, and exports its route. */
const routeTree = rootRoute.addChildren([overviewRoute, appRoute.addChildren([eventsRoute])]);

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
