import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Writable } from 'node:stream';

/** How a process ended: by an exit code, or by a signal. */
export interface ProcessEnd {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface TiedCommand {
  command: string;
  args: string[];
  /** Its complete environment. */
  env: NodeJS.ProcessEnv;
  /** File descriptor for its output: a file, which needs no reader and survives us. */
  output: number;
  /** Folders to remove after its end if we die first; while we live, we remove them ourselves. */
  leavings: string[];
}

/**
 * A process that dies with ours, even if ours is killed, and that Ctrl-C in the terminal does not reach. States:
 * waiting -> running (`go`) -> ended, or waiting -> ended (`abandon`).
 */
export interface TiedProcess {
  /** Its process id, the same while waiting and running. */
  readonly pid: number;
  /** Settles once the process and its helpers have ended. Never rejects. */
  readonly ended: Promise<ProcessEnd>;
  /** Starts the command. */
  go(): void;
  /** Ends it before the command starts. */
  abandon(): void;
  /** Does nothing after the end, when the id may belong to another process. */
  signal(name: NodeJS.Signals): void;
}

/** Waits for a line on descriptor 3, then becomes the command under the same id. Without a line it exits. */
const BECOME = 'read -r go <&3 && exec "$@" 3<&-';

/** Waits on standard input: a line means that the process has ended; end of input means that our process has. */
const WATCH = `read -r ended && exit
pid=$1
shift
kill -TERM "$pid"
for second in 1 2 3 4 5; do
  sleep 1
  kill -0 "$pid" || break
  [ $second = 5 ] && kill -KILL "$pid"
done
rm -rf -- "$@"`;

/**
 * Prepares a process tied to ours; `go()` starts it.
 *
 * It consists of two children: a shell that becomes the command, and a shell that watches a pipe whose other end only
 * we hold. The kernel closes that end however we die; then the watcher stops the process, with TERM first and KILL
 * after five seconds. The command starts only once the watcher runs, so our death can never leave it behind. Both are
 * direct children, so neither remains as a zombie, and each has its own session, so the terminal's signals reach only
 * us and we decide when to stop them.
 */
export async function prepareTiedProcess({ command, args, env, output, leavings }: TiedCommand): Promise<TiedProcess> {
  const child = spawn('/bin/sh', ['-c', BECOME, 'fanfare-redis', command, ...args], {
    detached: true,
    env,
    stdio: ['ignore', output, output, 'pipe'],
  });
  const end = ended(child);
  await once(child, 'spawn');
  const pid = child.pid as number;
  const gate = quiet(child.stdio[3] as Writable);
  const watcher = await watch(pid, leavings).catch((error) => {
    gate.end();
    throw error;
  });
  return {
    pid,
    ended: end.then(async (how) => {
      await watcher.release();
      return how;
    }),
    go: () => void gate.end('go\n'),
    abandon: () => void gate.end(),
    signal: (name) => void child.kill(name),
  };
}

async function watch(pid: number, leavings: string[]): Promise<{ release(): Promise<void> }> {
  const watcher = spawn('/bin/sh', ['-c', WATCH, 'fanfare-redis-watcher', String(pid), ...leavings], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const end = ended(watcher);
  await once(watcher, 'spawn');
  const input = quiet(watcher.stdin as Writable);
  return {
    async release() {
      input.end('ended\n');
      await end;
    },
  };
}

function ended(child: ChildProcess): Promise<ProcessEnd> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
}

/** Writing to a child that has just died fails with EPIPE; its exit reports that anyway. */
function quiet(stream: Writable): Writable {
  return stream.on('error', () => {});
}
