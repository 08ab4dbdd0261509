import type { DeadLetterSelection, FanfareAppAdmin } from '@fanfare/client';
import { confirm } from '../operator/confirm.ts';
import { type Operator, report } from '../operator/operator.ts';
import { collect } from '../operator/pages.ts';
import { ProgressBar } from '../operator/progress-bar.ts';

/** So many at once: one request for all of a large app would time out. */
const BATCH = 200;

/**
 * `fanfare dead-letters drop`: those that are listed at the start, once they are confirmed. Ctrl-C stops it before the
 * next batch.
 */
export async function drop(operator: Operator, selection: DeadLetterSelection, isSure: boolean): Promise<number> {
  const appId = await operator.appId();
  const app = operator.admin.app(appId);
  const ids = await idsOf(app, selection);
  if (ids.length > 0) {
    await confirm(operator, { what: `${words(ids.length)} of the app ${appId}`, word: appId, isSure });
  }
  operator.stopsItself();
  const dropped = await dropAll(operator, app, ids);
  report(operator, dropped, () => [`${dropped.dropped.toLocaleString('en')} dropped`]);
  return operator.signal.aborted ? 1 : 0;
}

async function idsOf(app: FanfareAppAdmin, selection: DeadLetterSelection): Promise<readonly string[]> {
  if ('ids' in selection) return selection.ids;
  return (await collect((page) => app.deadLetters({ ...selection.filter, ...page }))).map(({ id }) => id);
}

async function dropAll({ screen, signal }: Operator, app: FanfareAppAdmin, ids: readonly string[]) {
  const bar = screen && new ProgressBar(screen);
  let dropped = 0;
  try {
    for (let at = 0; at < ids.length && !signal.aborted; at += BATCH) {
      bar?.draw(at, ids.length, `${dropped.toLocaleString('en')} dropped`);
      dropped += (await app.dropDeadLetters({ ids: ids.slice(at, at + BATCH) })).dropped;
    }
  } finally {
    bar?.clear();
  }
  return { dropped };
}

const words = (count: number): string => `${count.toLocaleString('en')} dead letter${count === 1 ? '' : 's'}`;
