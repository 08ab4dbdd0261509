import { fillRedis, killRedis, killWorker, pauseWorker, slowDisk, wrongClockOf } from './machines.ts';
import { answering, expireTokens, goingAway } from './providers.ts';
import type { Act, FaultResult, Scene } from './result.ts';
import type { FaultKind, PlannedFault } from './schedule.ts';

/** Makes a fault happen, and ends it. */
export const perform = (scene: Scene, fault: PlannedFault): Promise<FaultResult> => ACTS[fault.kind](scene, fault);

const CLOCK_SECONDS = 60;

const ACTS: Record<FaultKind, Act> = {
  'kill-ingest': killWorker('ingest'),
  'kill-fanout': killWorker('fanout'),
  'kill-sender': killWorker('sender'),
  'kill-redis': killRedis,
  'redis-full': fillRedis,
  'slow-disk': slowDisk,
  'clock-ahead': wrongClockOf(CLOCK_SECONDS),
  'clock-behind': wrongClockOf(-CLOCK_SECONDS),
  'pause-ingest': pauseWorker('ingest'),
  'pause-fanout': pauseWorker('fanout'),
  'pause-sender': pauseWorker('sender'),
  'fcm-goaway': goingAway('fcm', 50),
  'fcm-503': answering('fcm', '503', 0.3),
  'fcm-429': answering('fcm', '429', 0.3),
  'fcm-hang': answering('fcm', 'hang', 0.05),
  'fcm-reset': answering('fcm', 'reset', 0.3),
  'fcm-expired-token': expireTokens,
  'apns-goaway': goingAway('apns', 50),
  'apns-503': answering('apns', '503', 0.3),
  'apns-429': answering('apns', '429', 0.3),
  'apns-hang': answering('apns', 'hang', 0.05),
  'apns-reset': answering('apns', 'reset', 0.3),
  'webhook-503': answering('webhook', '503', 1),
  'webhook-429': answering('webhook', '429', 0.3),
  'webhook-hang': answering('webhook', 'hang', 1),
  'webhook-reset': answering('webhook', 'reset', 0.3),
};
