import { createRootRoute, Link, Outlet, useNavigate, useRouter } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { useRefreshing } from '../api/live.tsx';
import { Empty } from '../components/empty.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { focusMain } from '../components/focus-main.ts';
import { Page } from '../components/page.tsx';
import { Help } from './help.tsx';
import { Loading } from './loading.tsx';
import { Palette } from './palette.tsx';
import { Sidebar } from './sidebar.tsx';
import { useApp } from './use-app.ts';
import { useKeys } from './use-keys.ts';

/** The frame around every page. */
export const rootRoute = createRootRoute({
  component: Shell,
  errorComponent: ({ error }) => <ErrorNotice error={error} />,
  notFoundComponent: () => (
    <Page title="Not found">
      <Empty title="There is no page at this address.">
        <Link to="/">Go to the overview</Link>
        <span className="minor">
          , or press <kbd>Ctrl K</kbd> to find a page
        </span>
        .
      </Empty>
    </Page>
  ),
});

/** Found by `/`: the field to find events with. */
const FINDER = 'input[type=search]';

function Shell() {
  const palette = useRef<HTMLDialogElement>(null);
  const help = useRef<HTMLDialogElement>(null);
  const { paused, setPaused } = useRefreshing();
  const app = useApp();
  const navigate = useNavigate();
  const router = useRouter();
  useEffect(
    () =>
      router.subscribe('onRendered', ({ pathChanged }) => {
        // The link that led here has gone with its page.
        if (pathChanged && document.activeElement === document.body) focusMain();
      }),
    [router],
  );
  const openPalette = () => palette.current?.showModal();
  const openHelp = () => help.current?.showModal();
  const find = async () => {
    const finder = () => document.querySelector<HTMLInputElement>(FINDER);
    if (!finder() && app !== undefined) await navigate({ to: '/a/$app/events', params: { app } });
    finder()?.focus();
  };
  useKeys({
    'Ctrl k': openPalette,
    '?': openHelp,
    '/': () => void find(),
    p: () => setPaused(!paused),
  });
  return (
    <div className="shell">
      <a className="skip" href="#main">
        Skip to content
      </a>
      <Sidebar onPalette={openPalette} onHelp={openHelp} />
      <main id="main" tabIndex={-1}>
        <Outlet />
        <Loading />
      </main>
      <Palette dialog={palette} />
      <Help dialog={help} />
    </div>
  );
}
