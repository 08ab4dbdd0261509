/** What is in use of something that apps share. */
export interface Use {
  /** Places in all. */
  capacity: number;
  free: number;
  /** Places this app has. */
  mine: number;
  /** Apps that have places or wait for some, this one included. */
  apps: number;
  /** Whether another app has asked for places lately. */
  isShared: boolean;
}

/**
 * Whether an app may take one more place (docs/rules/delivery.md#fair-share). Its fair share is what would be left if
 * one more app came. Below it, the last few places are for apps that have none; beyond it, as much as another app's
 * fair share stays free. While another app is active, no app takes more than half.
 */
export function mayTake({ capacity, free, mine, apps, isShared }: Use): boolean {
  if (free <= 0) return false;
  if (mine === 0) return true;
  if (mine >= (isShared ? Math.max(1, Math.floor(capacity / 2)) : capacity)) return false;
  const last = lastPlaces(capacity);
  const fair = Math.max(1, Math.floor(capacity / (apps + 1)));
  if (mine < fair) return free > last;
  return free > Math.max(last, Math.floor(capacity / Math.max(ALONE, apps + 1)));
}

/** One app alone leaves a quarter to those who may come. */
const ALONE = 4;

/** How many places only an app that has none may take. */
export const lastPlaces = (capacity: number): number => Math.floor(capacity / 16) || (capacity > 1 ? 1 : 0);
