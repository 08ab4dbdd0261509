import { setTimeout as delay } from 'node:timers/promises';
import type { DeadLetterSelection, FanfareAppAdmin, Replay } from '@fanfare/client';
import { type Operator, report } from '../operator/operator.ts';
import { ProgressBar } from '../operator/progress-bar.ts';

const LOOK_EVERY_MS = 100;

/** `fanfare dead-letters replay`: until it has ended. Ctrl-C stops it after the letters in hand. */
export async function replay(operator: Operator, selection: DeadLetterSelection): Promise<number> {
  const { screen, signal } = operator;
  const app = await operator.app();
  const bar = screen && new ProgressBar(screen);
  operator.stopsItself();
  const { id } = await app.replay(selection);
  const stop = () => void app.stopReplay(id).catch(() => undefined);
  signal.addEventListener('abort', stop, { once: true });
  // Ctrl-C may have come before.
  if (signal.aborted) stop();
  const ended = await ending(app, id, (progress) =>
    bar?.draw(progress.replayed + progress.skipped, progress.total, words(progress)),
  ).finally(() => {
    signal.removeEventListener('abort', stop);
    bar?.clear();
  });
  report(operator, ended, () => [`${ended.state}: ${words(ended)}`]);
  return ended.state === 'done' ? 0 : 1;
}

async function ending(app: FanfareAppAdmin, id: string, onProgress: (replay: Replay) => void): Promise<Replay> {
  for (;;) {
    const progress = await app.replayProgress(id);
    if (progress.state !== 'running') return progress;
    onProgress(progress);
    await delay(LOOK_EVERY_MS);
  }
}

function words({ replayed, skipped, total }: Replay): string {
  const of = total === undefined ? '' : ` of ${total.toLocaleString('en')}`;
  const left = skipped === 0 ? '' : `, ${skipped.toLocaleString('en')} skipped (expired, or replayed before)`;
  return `${replayed.toLocaleString('en')}${of} sent again${left}`;
}
