import { setTimeout as delay } from 'node:timers/promises';
import type { SystemState } from '@fanfare/client';
import { looked } from '../operator/looked.ts';
import { type Operator, report } from '../operator/operator.ts';
import { orStopped } from '../operator/or-stopped.ts';
import { statusLines } from './status-lines.ts';

/** ECMA-48: to the upper left corner, and erase to the end of the screen. */
const REDRAW = '\u001b[H\u001b[J';

/** `fanfare status`. */
export async function status(operator: Operator): Promise<number> {
  const state = await operator.admin.system();
  report(operator, state, () => statusLines(state, operator.terminal));
  return exitCode(state);
}

/** `fanfare status --watch`: until Ctrl-C, past failed requests; the exit code of what was shown last. */
export async function watch(operator: Operator, everyMs: number): Promise<number> {
  const { signal, screen, isJson } = operator;
  let code = 0;
  operator.stopsItself();
  while (!signal.aborted) {
    const state = await orStopped(
      signal,
      looked(operator, () => operator.admin.system()),
    );
    if (state === undefined) break;
    if (!isJson) screen?.write(REDRAW);
    if (state.kind === 'failed') operator.output.error(state.line);
    else report(operator, state.value, () => statusLines(state.value, operator.terminal));
    code = state.kind === 'failed' ? 2 : exitCode(state.value);
    await delay(everyMs, undefined, { signal }).catch(() => undefined);
  }
  return code;
}

const exitCode = ({ verdict }: SystemState): number => (verdict.some(({ level }) => level === 'critical') ? 1 : 0);
