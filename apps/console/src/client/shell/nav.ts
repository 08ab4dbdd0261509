import type { LinkProps } from '@tanstack/react-router';
import type { IconName } from '../components/icon.tsx';

/** An entry of the menu and of the palette. */
export interface NavEntry {
  to: LinkProps['to'];
  label: string;
  icon: IconName;
}

/** The pages of the chosen app. */
export const APP_PAGES: readonly NavEntry[] = [
  { to: '/a/$app/events', label: 'Events', icon: 'events' },
  { to: '/a/$app/people', label: 'People', icon: 'people' },
  { to: '/a/$app/providers', label: 'Providers', icon: 'providers' },
  { to: '/a/$app/dead-letters', label: 'Dead letters', icon: 'letters' },
  { to: '/a/$app/settings', label: 'Settings', icon: 'settings' },
  { to: '/a/$app/keys', label: 'API keys', icon: 'keys' },
  { to: '/a/$app/send', label: 'Playground', icon: 'send' },
];

/** The pages of the whole system. */
export const SYSTEM_PAGES: readonly NavEntry[] = [
  { to: '/apps', label: 'Apps', icon: 'apps' },
  { to: '/system', label: 'System', icon: 'system' },
  { to: '/audit', label: 'Audit', icon: 'audit' },
];
