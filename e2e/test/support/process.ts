import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { until } from '@fanfare/testkit';

/** An app running as a process of its own, from its build, as in production. */
export interface AppProcess extends AsyncDisposable {
  /** Its process id. */
  pid: number;
  /** Where it listens: the API of ingest, the health of the others. */
  url: string;
  /** As a crash: SIGKILL. */
  kill(): Promise<void>;
  /** SIGTERM; the exit code. */
  stop(): Promise<number | null>;
}

/** Starts `apps/<app>/dist/main.js` with this environment and nothing else, and waits until it says it has started. */
export async function startProcess(
  app: 'ingest' | 'fanout' | 'sender' | 'console',
  env: Record<string, string>,
): Promise<AppProcess> {
  const main = fileURLToPath(new URL(`../../../apps/${app}/dist/main.js`, import.meta.url));
  const child = spawn(process.execPath, [main], {
    env: { ...env, LOG_LEVEL: 'info', PATH: process.env.PATH },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  // Jest waits for its children forever: a process that is late must not outlive the test that fails for it.
  const port = await portOf(child, app).catch(async (error) => {
    await end(child, 'SIGKILL');
    throw error;
  });
  return {
    pid: child.pid as number,
    url: `http://127.0.0.1:${port}`,
    kill: async () => void (await end(child, 'SIGKILL')),
    stop: () => end(child, 'SIGTERM'),
    [Symbol.asyncDispose]: async () => void (await end(child, 'SIGKILL')),
  };
}

/** The port in the line of its log that says it has started. Its log is read to the end. */
function portOf(child: ChildProcess, app: string): Promise<string> {
  const started = new RegExp(`^.*"${app}\\.started".*$`, 'm');
  let log = '';
  let port: string | undefined;
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    if (port !== undefined) return;
    log += text;
    port = started.exec(log)?.[0].match(/"port":(\d+)/)?.[1];
  });
  return until(() => port, `${app} starts`, { timeoutMs: 60_000 });
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
