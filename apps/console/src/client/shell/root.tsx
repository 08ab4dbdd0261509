import { createRootRoute, Outlet } from '@tanstack/react-router';
import { ErrorNotice } from '../components/error-notice.tsx';
import { Page } from '../components/page.tsx';
import { Sidebar } from './sidebar.tsx';

/** The frame around every page. */
export const rootRoute = createRootRoute({
  component: Shell,
  errorComponent: ({ error }) => <ErrorNotice error={error} />,
  notFoundComponent: () => (
    <Page title="Not found">
      <p>There is no page at this address.</p>
    </Page>
  ),
});

function Shell() {
  return (
    <div className="shell">
      <a className="skip" href="#main">
        Skip to content
      </a>
      <Sidebar />
      <main id="main" tabIndex={-1}>
        <Outlet />
      </main>
    </div>
  );
}
