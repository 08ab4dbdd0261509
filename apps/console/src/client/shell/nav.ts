import type { LinkProps } from '@tanstack/react-router';
import type { IconName } from '../components/icon.tsx';

/** An entry of the menu and of the palette. */
export interface NavEntry {
  to: LinkProps['to'];
  label: string;
  icon: IconName;
  /** Lights up on the pages below it too. */
  withBelow?: boolean;
}

/** The pages of the chosen app. */
export const APP_PAGES: readonly NavEntry[] = [{ to: '/a/$app/events', label: 'Events', icon: 'events' }];

/** The pages of the whole system. */
export const SYSTEM_PAGES: readonly NavEntry[] = [];
