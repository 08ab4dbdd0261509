import { FanfareAdmin, type FanfareAppAdmin } from '@fanfare/client';
import { readSession } from './session.ts';

/**
 * The API through the console's server, which knows our session and adds the admin key. Changes carry the session's
 * CSRF token.
 */
export const fanfare = new FanfareAdmin({
  url: `${location.origin}/api`,
  // The class wants a key; the server adds the real one.
  adminKey: 'console',
  // The API waits 15 seconds for a test push before it answers ERR_NO_SENDER.
  timeoutMs: 20_000,
  fetch: throughConsole,
});

const ofApps = new Map<string, FanfareAppAdmin>();

/** The API for one app. */
export function fanfareOf(app: string): FanfareAppAdmin {
  const known = ofApps.get(app) ?? fanfare.app(app);
  ofApps.set(app, known);
  return known;
}

async function throughConsole(input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  headers.delete('adminkey');
  if (init.method !== 'GET') headers.set('x-csrf-token', (await readSession()).csrfToken);
  const response = await fetch(input, { ...init, headers, credentials: 'same-origin' });
  if (response.status === 401) toLogin();
  return response;
}

/** Leaves for the login page, which leads back here. */
export function toLogin(): void {
  location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search)}`);
}
