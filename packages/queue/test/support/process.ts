import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { until } from '@fanfare/testkit';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

/** A real process runs compiled code: Node 20 runs no TypeScript. Does nothing when it is up to date. */
export const compile = (): void => {
  execFileSync(path('../../../../node_modules/.bin/tsc'), ['-b', path('../..')]);
};

/** A worker in a process of its own; see fixtures/worker.js. */
export interface WorkerProcess extends AsyncDisposable {
  says(line: string): Promise<void>;
  tell(line: string): void;
  kill(): Promise<void>;
  /** The exit code, when it ends by itself. */
  ended(): Promise<number | null>;
}

export function startWorkerProcess(redisUrl: string): WorkerProcess {
  const child = spawn(process.execPath, [path('../fixtures/worker.js'), redisUrl], {
    env: { ...process.env, NODE_OPTIONS: '' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const runs = (process: ChildProcess) => process.exitCode === null && process.signalCode === null;
  const kill = async () => {
    if (runs(child)) child.kill('SIGKILL');
    await exited;
  };
  return {
    says: async (line) => void (await until(() => said.split('\n').includes(line), `it says "${line}"`)),
    tell: (line) => child.stdin.write(`${line}\n`),
    kill,
    ended: async () => {
      await until(() => !runs(child), 'it ends by itself');
      return child.exitCode;
    },
    [Symbol.asyncDispose]: kill,
  };
}
