import { createRoute, Outlet } from '@tanstack/react-router';
import { rootRoute } from './root.tsx';

/** Above every page about one app. */
export const appRoute = createRoute({ getParentRoute: () => rootRoute, path: '/a/$app', component: OfApp });

/** Another app is another page: nothing that was typed or sent for one is shown for the other. */
function OfApp() {
  const { app } = appRoute.useParams();
  return <Outlet key={app} />;
}
