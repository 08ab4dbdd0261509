import { createRoute } from '@tanstack/react-router';
import { rootRoute } from './root.tsx';

/** Above every page about one app; without a component it shows what is below. */
export const appRoute = createRoute({ getParentRoute: () => rootRoute, path: '/a/$app' });
