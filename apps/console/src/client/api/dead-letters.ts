import { type DeadLetterSelection, FanfareClientError, type ProviderKind, type Replay } from '@fanfare/client';
import { confirmedLetters } from './confirmed-letters.ts';
import { fanfareOf } from './fanfare.ts';

/** How far an action on dead letters is. */
export interface Progress {
  done: number;
  total: number | undefined;
  /** Not sent again, since their event has expired or they are gone. */
  skipped: number;
  state: Replay['state'];
}

const ASK_EVERY_MS = 500;

interface Following {
  signal: AbortSignal;
  report: (progress: Progress) => void;
}

/** Sends dead letters again, and reports until that has ended; stops when the signal says so. */
export async function replay(app: string, selection: DeadLetterSelection, following: Following): Promise<void> {
  const { id } = await fanfareOf(app).replay(selection);
  sessionStorage.setItem(openReplay(app), id);
  await followReplay(app, id, following);
}

/** Reports how far a replay is until it has ended. */
export async function followReplay(app: string, id: string, { signal, report }: Following): Promise<void> {
  const api = fanfareOf(app);
  const stop = () => void api.stopReplay(id).catch(() => undefined);
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop);
  try {
    for (;;) {
      const now = await api.replayProgress(id);
      report({ done: now.replayed, total: now.total, skipped: now.skipped, state: now.state });
      if (now.state !== 'running') return forget(app);
      await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
    }
  } catch (error) {
    // After any other error, such as of the network, it may still run.
    if (error instanceof FanfareClientError && error.code === 'ERR_REPLAY_NOT_FOUND') forget(app);
    throw error;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** The replay that this tab follows or followed when it was reloaded. */
export const openReplayOf = (app: string): string | null => sessionStorage.getItem(openReplay(app));

const forget = (app: string): void => sessionStorage.removeItem(openReplay(app));

const openReplay = (app: string): string => `fanfare.replay.${app}`;

/** Dropped in one request: their ids fit into the body that the route takes. */
const DROPPED_AT_ONCE = 200;

/** Dead letters by id, or the `total` that match and had been given up by `until`, epoch seconds. */
type Confirmed =
  | { ids: readonly string[] }
  | { filter: { provider?: ProviderKind; reason?: string }; total: number; until: number };

/** Drops dead letters some hundred at a time, so that it can be stopped in between. */
export async function drop(app: string, selection: Confirmed, { signal, report }: Following): Promise<void> {
  const api = fanfareOf(app);
  const total = 'ids' in selection ? selection.ids.length : selection.total;
  let done = 0;
  report({ done, total, skipped: 0, state: 'running' });
  for await (const ids of chunksOf(app, selection)) {
    if (signal.aborted) break;
    done += (await api.dropDeadLetters({ ids })).dropped;
    report({ done, total, skipped: 0, state: 'running' });
  }
  report({ done, total, skipped: 0, state: signal.aborted ? 'stopped' : 'done' });
}

async function* chunksOf(app: string, selection: Confirmed): AsyncGenerator<readonly string[]> {
  if ('ids' in selection) {
    for (let from = 0; from < selection.ids.length; from += DROPPED_AT_ONCE) {
      yield selection.ids.slice(from, from + DROPPED_AT_ONCE);
    }
    return;
  }
  const { filter, until } = selection;
  yield* confirmedLetters(
    (cursor) => fanfareOf(app).deadLetters({ ...filter, limit: DROPPED_AT_ONCE, ...(cursor && { cursor }) }),
    until,
  );
}
