import { CommanderError } from 'commander';
import type { Actions } from '../../src/actions.ts';
import type { Operation } from '../../src/operator/operator.ts';
import { runOperation } from '../../src/operator/run.ts';
import { createProgram } from '../../src/program.ts';
import { UsageError } from '../../src/usage-error.ts';

interface Surroundings {
  env: Record<string, string>;
  /** What is piped in, or with `isTyped` typed. */
  stdin?: string | Promise<string>;
  isTyped?: boolean;
  /** Receives what is drawn on a terminal; without it, output is not a terminal. */
  draw?: (text: string) => void;
  signal?: AbortSignal;
  onLine?: (line: string) => void;
  onError?: (line: string) => void;
}

/** Runs a command that calls the API, as `main.ts` does, in this process. Words with spaces are given as a list. */
export async function fanfare(line: string | readonly string[], around: Surroundings) {
  const { env, stdin = '', isTyped = false, draw, signal = new AbortController().signal, onLine, onError } = around;
  const [out, error]: [string[], string[]] = [[], []];
  const output = {
    out: (text: string) => {
      out.push(text);
      onLine?.(text);
    },
    error: (text: string) => {
      error.push(text);
      onError?.(text);
    },
  };
  let code: number | undefined;
  const input = Object.assign(
    (async function* () {
      yield await stdin;
    })(),
    { isTTY: isTyped },
  );
  const screen = draw && { columns: 80, write: draw };
  const operate = async (flags: object, operation: Operation) => {
    code = await runOperation(flags, operation, { env, output, screen, input, signal, now: Date.now });
  };
  const program = createProgram({ operate } as Partial<Actions> as Actions, env);
  const words = typeof line === 'string' ? line.split(' ') : line;
  try {
    await program.parseAsync(words, { from: 'user' });
  } catch (thrown) {
    if (!(thrown instanceof UsageError || thrown instanceof CommanderError)) throw thrown;
    error.push(thrown.message);
    code = 2;
  }
  return { code, out: out.join('\n'), error: error.join('\n') };
}
