import { useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import type { Progress } from '../../api/dead-letters.ts';

/** A replay or a drop, while it runs and after it. */
export interface Run {
  /** What it does, e.g. `Replaying`. */
  doing: string;
  progress: Progress | undefined;
  error: unknown;
  isRunning: boolean;
}

type Action = (options: { signal: AbortSignal; report: (progress: Progress) => void }) => Promise<void>;

/** Runs one long action at a time; the list of dead letters is read again when it has ended. */
export function useRun(app: string) {
  const client = useQueryClient();
  const [run, setRun] = useState<Run>();
  const abort = useRef<AbortController>(undefined);
  const start = (doing: string, action: Action): void => {
    const controller = new AbortController();
    abort.current = controller;
    const change = (changes: Partial<Run>) =>
      setRun((before) => ({ doing, progress: undefined, error: undefined, isRunning: true, ...before, ...changes }));
    setRun({ doing, progress: undefined, error: undefined, isRunning: true });
    const report = (progress: Progress) => change({ progress });
    action({ signal: controller.signal, report })
      .catch((error: unknown) => change({ error }))
      .finally(() => {
        change({ isRunning: false });
        void client.invalidateQueries({ queryKey: [app, 'dead-letters'] });
      });
  };
  return { run, start, stop: () => abort.current?.abort(), close: () => setRun(undefined) };
}
