import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ended, untilEnded } from './ended.ts';

/** How long a process may take to start: on a busy machine it took a minute. */
const START_LIMIT_MS = 150_000;

export interface ProcessOptions {
  name: string;
  /** Its current folder, with its log. */
  folder: string;
  env: Record<string, string>;
  /** Options of Node. */
  nodeArgs?: readonly string[];
  /** Answers 200 once it works. */
  readyUrl: string;
}

/** A program in a process of its own. Its output goes to a file. */
export class NodeProcess {
  readonly name: string;
  readonly folder: string;
  readonly #child: ChildProcess;
  readonly #log: string;

  private constructor(main: string, { name, folder, env, nodeArgs = [] }: ProcessOptions) {
    this.name = name;
    this.folder = folder;
    this.#log = join(folder, `${name}.log`);
    const output = openSync(this.#log, 'a');
    const stdio = ['ignore', output, output] as const;
    this.#child = untilEnded(spawn(process.execPath, [...nodeArgs, main], { cwd: folder, env, stdio: [...stdio] }));
  }

  /** Resolves when it is ready. @throws with the end of its log if it is not in time. */
  static async start(main: string, options: ProcessOptions): Promise<NodeProcess> {
    const started = new NodeProcess(main, options);
    const until = Date.now() + START_LIMIT_MS;
    while (!(await answers(options.readyUrl))) {
      if (ended(started.#child) || Date.now() > until) {
        await started.stop();
        throw new Error(`${options.name} did not start:\n${started.#lastLines()}`);
      }
      await delay(50);
    }
    return started;
  }

  get pid(): number {
    return this.#child.pid as number;
  }

  /** Whether it has not ended, by itself or otherwise. */
  get isRunning(): boolean {
    return !ended(this.#child);
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Ends it, and waits until it has ended. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (ended(this.#child)) return;
    const end = once(this.#child, 'exit');
    this.#child.kill(signal);
    await end;
  }

  #lastLines(): string {
    return readFileSync(this.#log, 'utf8').trimEnd().split('\n').slice(-5).join('\n');
  }
}

const answers = (url: string): Promise<boolean> =>
  fetch(url).then(
    async (answer) => {
      await answer.arrayBuffer();
      return answer.ok;
    },
    () => false,
  );
