import { FanfareError, publicAppId } from '@fanfare/core';
import type { App } from '@fanfare/store';
import type { IngestDeps } from '../deps.ts';

/** The app with this id. @throws FanfareError `ERR_APP_NOT_FOUND`. */
export async function requireApp({ intake }: Pick<IngestDeps, 'intake'>, appId: string): Promise<App> {
  const app = await intake.apps.get(appId);
  if (!app) throw unknownApp(appId);
  return app;
}

/** The internal id of the app with this public id. @throws FanfareError `ERR_APP_NOT_FOUND`. */
export async function requireAppId({ intake }: Pick<IngestDeps, 'intake'>, publicId: string): Promise<string> {
  const appId = await intake.appIds.get(publicId);
  if (appId === undefined) throw unknownApp(publicId);
  return appId;
}

/** The error for an unknown app; takes either of its ids. */
export const unknownApp = (appId: string) =>
  new FanfareError('ERR_APP_NOT_FOUND', `appId: there is no app "${publicAppId(appId)}"`);
