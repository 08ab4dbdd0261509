import { type ChildProcess, fork } from 'node:child_process';
import { basename } from 'node:path';
import type { Call, Calls, Reply } from './serve.ts';

/** The default limit: for starting, opening, counting. */
const DEFAULT_LIMIT_MS = 30_000;

interface Pending {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

/** A child process that answers calls (see `serve`); its output goes to ours. */
export class Child<C extends Calls> {
  readonly #name: string;
  readonly #process: ChildProcess;
  readonly #pending = new Map<number, Pending>();
  #calls = 0;

  constructor(file: URL) {
    this.#name = basename(file.pathname, '.js');
    this.#process = fork(file);
    this.#process.on('message', (reply: Reply) => this.#settle(reply));
    this.#process.on('error', (error) => this.#failAll(error));
    this.#process.on('exit', (code, signal) => this.#failAll(new Error(`${this.#name} ended: ${signal ?? code}`)));
  }

  get pid(): number {
    return this.#process.pid as number;
  }

  /** Rejects with the call's error, or if the process ends or the call takes longer than `limitMs`. */
  async call<Name extends keyof C & string>(
    name: Name,
    argument: Parameters<C[Name]>[0],
    limitMs = DEFAULT_LIMIT_MS,
  ): Promise<Awaited<ReturnType<C[Name]>>> {
    this.#calls += 1;
    const call: Call = { id: this.#calls, name, argument };
    let timer: NodeJS.Timeout | undefined;
    try {
      return (await new Promise((resolve, reject) => {
        this.#pending.set(call.id, { resolve, reject });
        const late = new Error(`${this.#name}: "${name}" has not ended within ${limitMs} ms`);
        timer = setTimeout(() => reject(late), limitMs);
        this.#process.send(call, (error) => error && reject(error));
      })) as Awaited<ReturnType<C[Name]>>;
    } finally {
      clearTimeout(timer);
      this.#pending.delete(call.id);
    }
  }

  /** Ends the process. */
  close(): void {
    if (this.#process.connected) this.#process.disconnect();
  }

  #settle(reply: Reply): void {
    const pending = this.#pending.get(reply.id);
    if (reply.kind === 'problem') pending?.reject(new Error(`${this.#name}: ${reply.problem}`));
    else pending?.resolve(reply.result);
  }

  #failAll(error: Error): void {
    for (const { reject } of this.#pending.values()) reject(error);
  }
}
