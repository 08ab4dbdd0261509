import { setTimeout as delay } from 'node:timers/promises';
import type { SystemState } from '@fanfare/client';
import { type Operator, report } from '../operator/operator.ts';
import { statusLines } from './status-lines.ts';

/** ECMA-48: to the upper left corner, and erase to the end of the screen. */
const REDRAW = '\u001b[H\u001b[J';

/** `fanfare status`. */
export async function status(operator: Operator): Promise<number> {
  const state = await operator.admin.system();
  report(operator, state, () => statusLines(state, operator.terminal));
  return exitCode(state);
}

/** `fanfare status --watch`: until Ctrl-C; the exit code of what was shown last. */
export async function watch(operator: Operator, everyMs: number): Promise<number> {
  const { admin, signal, screen, output, terminal, isJson } = operator;
  for (;;) {
    const state = await admin.system();
    if (isJson) output.out(JSON.stringify(state));
    else screen?.write(REDRAW);
    if (!isJson) for (const line of statusLines(state, terminal)) output.out(line);
    await delay(everyMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return exitCode(state);
  }
}

const exitCode = ({ verdict }: SystemState): number => (verdict.some(({ level }) => level === 'critical') ? 1 : 0);
