import { type AppBundle, AppCache } from '@fanfare/store';
import type { IngestDeps } from '../deps.ts';
import { unknownApp } from '../http/require-app.ts';

/** The app as workers know it, read now. @throws FanfareError when there is none. */
export async function readBundle({ registry, box, now }: IngestDeps, appId: string): Promise<AppBundle> {
  // A cache of its own, used once: what has just been configured must count.
  const bundle = await new AppCache(registry, { box, now }).get(appId, 0);
  if (!bundle) throw unknownApp(appId);
  return bundle;
}
