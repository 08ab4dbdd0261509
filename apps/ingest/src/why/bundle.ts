import { type AppBundle, AppCache } from '@fanfare/store';
import type { IngestDeps } from '../deps.ts';
import { unknownApp } from '../http/require-app.ts';

/** The app as workers see it, read now. @throws FanfareError if there is none. */
export async function readBundle({ registry, box, membershipBox, now }: IngestDeps, appId: string): Promise<AppBundle> {
  // Uses a new cache, since the latest configuration must apply.
  const bundle = await new AppCache(registry, { box, membershipBox, now }).get(appId, 0);
  if (!bundle) throw unknownApp(appId);
  return bundle;
}
