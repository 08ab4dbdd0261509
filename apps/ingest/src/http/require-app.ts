import { FanfareError } from '@fanfare/core';
import { type App, readApp } from '@fanfare/store';
import type { IngestDeps } from '../deps.ts';

/** The app with this id. @throws FanfareError `ERR_APP_NOT_FOUND`. */
export async function requireApp({ registry }: IngestDeps, appId: string): Promise<App> {
  const app = await readApp(registry, appId);
  if (!app) throw unknownApp(appId);
  return app;
}

/** For an app that there is not. */
export const unknownApp = (appId: string) => new FanfareError('ERR_APP_NOT_FOUND', `appId: there is no app "${appId}"`);
