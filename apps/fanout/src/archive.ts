import {
  ARCHIVER_TIMES,
  type ArchivePlace,
  type Archiver,
  type ArchiverTimes,
  openSink,
  startArchiver,
} from '@fanfare/archive';
import { readApp } from '@fanfare/store';
import type { FanoutDeps } from './deps.ts';

/** Starts to archive finished events, beside the workers and the sweeper: none of them waits for it. */
export const archiveFinished = (
  { queueRedis, registry, shards, metrics, log, now }: FanoutDeps,
  place: ArchivePlace,
  times: ArchiverTimes = ARCHIVER_TIMES,
): Archiver =>
  startArchiver(
    {
      redis: queueRedis,
      shards,
      open: (fence) => openSink(place, fence),
      createdAt: async (appId) => (await readApp(registry, appId))?.createdAt,
      metrics,
      log,
      now,
    },
    times,
  );
