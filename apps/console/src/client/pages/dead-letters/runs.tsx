import { useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useEffect, useRef, useState } from 'react';
import { followReplay, openReplayOf, type Progress } from '../../api/dead-letters.ts';

/** A replay or a drop, while it runs and after it. */
export interface Run {
  /** What it does, e.g. `Replaying`. */
  doing: string;
  progress: Progress | undefined;
  error: unknown;
  isRunning: boolean;
}

type Action = (options: { signal: AbortSignal; report: (progress: Progress) => void }) => Promise<void>;

interface Runs {
  runs: Readonly<Record<string, Run>>;
  start(app: string, doing: string, action: Action): void;
  stop(app: string): void;
  close(app: string): void;
  /** Follows the replay that was running when the page was reloaded, if any. */
  resume(app: string): void;
}

const RunsContext = createContext<Runs | undefined>(undefined);

/** Keeps the long action of each app while other pages are shown; stands above the router. */
export function RunsProvider({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const [runs, setRuns] = useState<Readonly<Record<string, Run>>>({});
  const running = useRef(new Map<string, AbortController>());
  const start = (app: string, doing: string, action: Action): void => {
    const controller = new AbortController();
    running.current.set(app, controller);
    const begun: Run = { doing, progress: undefined, error: undefined, isRunning: true };
    const change = (changes: Partial<Run>) =>
      setRuns((before) => ({ ...before, [app]: { ...(before[app] ?? begun), ...changes } }));
    change(begun);
    action({ signal: controller.signal, report: (progress) => change({ progress }) })
      .catch((error: unknown) => change({ error }))
      .finally(() => {
        running.current.delete(app);
        change({ isRunning: false });
        void client.invalidateQueries({ queryKey: [app, 'dead-letters'] });
        void client.invalidateQueries({ queryKey: [app, 'recipients'] });
      });
  };
  const resume = (app: string): void => {
    const id = openReplayOf(app);
    if (id === null || running.current.has(app)) return;
    start(app, 'Replaying', (options) => followReplay(app, id, options));
  };
  const stop = (app: string) => running.current.get(app)?.abort();
  const close = (app: string) => setRuns(({ [app]: _closed, ...others }) => others);
  return <RunsContext value={{ runs, start, stop, close, resume }}>{children}</RunsContext>;
}

/** The long action of the app: one at a time. The list of dead letters is read again when it has ended. */
export function useRun(app: string) {
  const all = useContext(RunsContext);
  if (!all) throw new Error('RunsProvider is missing');
  // Once for each app: `all` changes with every step of a run.
  useEffect(() => all.resume(app), [app]);
  return {
    run: all.runs[app],
    start: (doing: string, action: Action) => all.start(app, doing, action),
    stop: () => all.stop(app),
    close: () => all.close(app),
  };
}
