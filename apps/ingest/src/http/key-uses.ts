import { recordKeyUse } from '@fanfare/store';
import { LRUCache } from 'lru-cache';
import type { IngestDeps } from '../deps.ts';

/** How long a key's use counts as recorded, so that each is written once a minute, whatever it is used for. */
const AGAIN_AFTER_MS = 60_000;

/** Maximum number of keys remembered; a use of one that was dropped is written once more than needed. */
const MAX_KEYS = 10_000;

/** Records when API keys are used. Never fails a request: a use that cannot be written is left out. */
export function keyUses({ registry, log, now }: Pick<IngestDeps, 'registry' | 'log' | 'now'>) {
  /** When each key's use was last written. */
  const written = new LRUCache<string, number>({ max: MAX_KEYS });
  return (appId: string, id: string): void => {
    const at = now();
    if (at - (written.get(id) ?? 0) < AGAIN_AFTER_MS) return;
    written.set(id, at);
    recordKeyUse(registry, { appId, id, at }).catch((error: Error) =>
      log.warn({ reason: error.message }, 'key_use.not_written'),
    );
  };
}
