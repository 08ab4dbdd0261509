import type { IconName } from '../components/icon.tsx';
import { APP_PAGES, type NavEntry, SYSTEM_PAGES } from './nav.ts';

/** One place to go to. */
export interface Command {
  label: string;
  href: string;
  icon: IconName;
  /** Served by the console itself, not a page of ours. */
  isOutside?: boolean;
}

/** The places that a text leads to: pages and apps by a part of their name, and what it may be the id of. */
export function commandsFor(text: string, app: string | undefined, apps: readonly string[]): Command[] {
  const wanted = text.trim();
  const pages = [
    { label: 'Overview', href: '/', icon: 'overview' } as const,
    ...(app === undefined ? [] : APP_PAGES.map((entry) => commandOf(entry, app))),
    ...SYSTEM_PAGES.map((entry) => commandOf(entry, '')),
    { label: 'Queues', href: '/queues', icon: 'queues', isOutside: true } as const,
    ...apps.map((one) => {
      return { label: `App ${one}`, href: `/?app=${encodeURIComponent(one)}`, icon: 'apps' } as const;
    }),
  ];
  const named = pages.filter(({ label }) => label.toLowerCase().includes(wanted.toLowerCase()));
  return [...named, ...(app === undefined || wanted === '' ? [] : byId(wanted, app))];
}

const commandOf = ({ to, label, icon }: NavEntry, app: string): Command => {
  return { label, icon, href: String(to).replace('$app', encodeURIComponent(app)) };
};

function byId(id: string, app: string): Command[] {
  const path = `/a/${encodeURIComponent(app)}`;
  const encoded = encodeURIComponent(id);
  return [
    { label: `Event ${id}`, href: `${path}/events/${encoded}`, icon: 'events' },
    { label: `Person ${id}`, href: `${path}/people/${encoded}`, icon: 'people' },
    { label: `Events from ${id}`, href: `${path}/events?sender=${encoded}`, icon: 'search' },
  ];
}
