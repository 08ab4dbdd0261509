import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { until } from '@fanfare/testkit';

/** An app running as a process of its own, from its build, as in production. */
export interface AppProcess extends AsyncDisposable {
  /** As a crash: SIGKILL. */
  kill(): Promise<void>;
  /** SIGTERM; the exit code. */
  stop(): Promise<number | null>;
}

/** Starts `apps/<app>/dist/main.js` with this environment and nothing else, and waits until it says it has started. */
export async function startProcess(app: 'fanout' | 'sender', env: Record<string, string>): Promise<AppProcess> {
  const main = fileURLToPath(new URL(`../../../apps/${app}/dist/main.js`, import.meta.url));
  const child = spawn(process.execPath, [main], {
    env: { ...env, LOG_LEVEL: 'info', PATH: process.env.PATH },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let started = false;
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    started ||= text.includes(`${app}.started`);
  });
  await until(() => started, `${app} starts`);
  return {
    kill: async () => void (await end(child, 'SIGKILL')),
    stop: () => end(child, 'SIGTERM'),
    [Symbol.asyncDispose]: async () => void (await end(child, 'SIGKILL')),
  };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
  return child.exitCode;
}

/** Processes that are killed at the end of a test, whatever came of it. */
export class AsyncDisposals implements AsyncDisposable {
  readonly #all: AsyncDisposable[] = [];

  add<T extends AsyncDisposable>(one: T): T {
    this.#all.push(one);
    return one;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const one of this.#all.reverse()) await one[Symbol.asyncDispose]();
  }
}
