import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { NodeProcess } from '../../system/node-process.ts';

const MAINS = {
  ingest: new URL('./main.js', import.meta.resolve('@fanfare/ingest/app')),
  fanout: new URL('./main.js', import.meta.resolve('@fanfare/fanout/app')),
  sender: new URL('./main.js', import.meta.resolve('@fanfare/sender/app')),
} as const;

export type Role = keyof typeof MAINS;

interface WorkerOptions {
  role: Role;
  nth: number;
  port: number;
  folder: string;
  env: Record<string, string>;
  /** A production tree to run; undefined: this checkout. */
  tree: string | undefined;
}

/** A process of ours, as an operator's supervisor keeps it: the next one on its port replaces it. */
export class Worker {
  readonly name: string;
  readonly url: string;
  /** A fault works on it: another has to choose its twin. */
  isBusy = false;
  readonly #options: WorkerOptions;
  #process: NodeProcess | undefined;

  constructor(options: WorkerOptions) {
    this.name = `${options.role}-${options.nth}`;
    this.url = `http://127.0.0.1:${options.port}`;
    this.#options = options;
  }

  /** Resolves when it is ready. */
  async start(extra: Record<string, string> = {}): Promise<void> {
    const { role, port, folder, env, tree } = this.#options;
    const main = tree === undefined ? MAINS[role].pathname : resolve(tree, `apps/${role}/dist/main.js`);
    this.#process = await NodeProcess.start(main, {
      name: this.name,
      folder,
      env: { ...env, ...extra, PORT: String(port) },
      readyUrl: `${this.url}/livez`,
    });
  }

  /** Whether it works, unless a fault has ended it: nothing but faults may. */
  get isRunning(): boolean {
    return this.#process?.isRunning === true;
  }

  /** As a crash. */
  kill(): Promise<void> {
    return this.#process?.stop('SIGKILL') ?? Promise.resolve();
  }

  /** As an operator does. */
  stop(): Promise<void> {
    return this.#process?.stop() ?? Promise.resolve();
  }

  /** Its clock goes on, it does not. */
  pause(): void {
    this.#process?.signal('SIGSTOP');
  }

  /** Whether SIGSTOP holds it. Source: proc(5), the third field of `stat`, after the name in parentheses. */
  get isPaused(): boolean {
    const stat = readFileSync(`/proc/${this.#process?.pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).startsWith('T');
  }

  resume(): void {
    this.#process?.signal('SIGCONT');
  }

  /** How far its clock is ahead of ours, in whole seconds: the header `date` of an answer says it. */
  async clockOffset(): Promise<number> {
    const answer = await fetch(`${this.url}/livez`);
    await answer.arrayBuffer();
    return Math.round((Date.parse(answer.headers.get('date') ?? '') - Date.now()) / 1000);
  }
}
