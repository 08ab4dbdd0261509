import { useQuery } from '@tanstack/react-query';
import { Link, type LinkProps, useLocation, useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import logo from '../../../public/logo.svg';
import { queries } from '../api/queries.ts';
import { Icon } from '../components/icon.tsx';
import { zoneOf } from '../format/time.ts';
import { APP_PAGES, type NavEntry, SYSTEM_PAGES } from './nav.ts';
import { useApp } from './use-app.ts';

interface SidebarProps {
  onPalette: () => void;
  onHelp: () => void;
}

/** The menu: the overview, the pages of the chosen app, and those of the system. On a phone it opens by a button. */
export function Sidebar({ onPalette, onHelp }: SidebarProps) {
  const app = useApp();
  const [open, setOpen] = useState(false);
  const { pathname } = useLocation();
  useEffect(() => setOpen(false), [pathname]);
  return (
    <header className="sidebar">
      <Link className="brand" to="/">
        <img src={logo} alt="" width="28" height="28" />
        <span>Fanfare</span>
      </Link>
      <button type="button" className="button menu-button" aria-expanded={open} onClick={() => setOpen(!open)}>
        <Icon name="menu" /> Menu
      </button>
      <div className={open ? 'sidebar-body open' : 'sidebar-body'}>
        <nav aria-label="Start">
          <NavLink entry={{ to: '/', label: 'Overview', icon: 'overview' }} />
        </nav>
        {app !== undefined && <AppPicker app={app} />}
        {app !== undefined && (
          <nav aria-label="App">
            {APP_PAGES.map((entry) => (
              <NavLink key={entry.label} entry={entry} app={app} />
            ))}
          </nav>
        )}
        <nav aria-label="System">
          {SYSTEM_PAGES.map((entry) => (
            <NavLink key={entry.label} entry={entry} />
          ))}
          {/* Served by the console itself, not a page of ours. */}
          <a className="nav-link" href="/queues">
            <Icon name="queues" /> Advanced: queues
          </a>
        </nav>
        <Foot onPalette={onPalette} onHelp={onHelp} />
      </div>
    </header>
  );
}

function NavLink({ entry: { to, label, icon }, app }: { entry: NavEntry; app?: string }) {
  const target = { to, ...(app === undefined ? {} : { params: { app } }) } as LinkProps;
  return (
    <Link className="nav-link" {...target} activeOptions={{ exact: to === '/', includeSearch: false }}>
      <Icon name={icon} /> {label}
    </Link>
  );
}

function AppPicker({ app }: { app: string }) {
  const apps = useQuery(queries.apps()).data?.data ?? [];
  const navigate = useNavigate();
  const { pathname } = useLocation();
  const choose = (chosen: string) => {
    // The same page of the other app; a page about one event has none.
    const section = /^\/a\/[^/]+\/([^/]+)/.exec(pathname)?.[1];
    const path = section === undefined ? '/' : `/a/${encodeURIComponent(chosen)}/${section}`;
    return void navigate(section === undefined ? { to: '/', search: { app: chosen } } : { to: path as '/' });
  };
  const ids = apps.map(({ appId }) => appId);
  return (
    <label className="app-picker">
      App
      <select value={app} onChange={({ target }) => choose(target.value)}>
        {(ids.includes(app) ? ids : [app, ...ids]).map((id) => (
          <option key={id}>{id}</option>
        ))}
      </select>
    </label>
  );
}

function Foot({ onPalette, onHelp }: SidebarProps) {
  const role = useQuery(queries.session()).data?.role;
  return (
    <div className="sidebar-foot">
      <button type="button" className="nav-link" onClick={onPalette}>
        <Icon name="search" /> Go to <kbd>Ctrl K</kbd>
      </button>
      <button type="button" className="nav-link" onClick={onHelp}>
        <Icon name="help" /> Help <kbd>?</kbd>
      </button>
      <p className="quiet role">{role === 'viewer' ? 'Viewer: nothing can be changed' : 'Administrator'}</p>
      <p className="quiet role">Times are in {zoneOf(Date.now())}</p>
      <form method="post" action="/logout">
        <button type="submit" className="nav-link">
          <Icon name="out" /> Log out
        </button>
      </form>
    </div>
  );
}
