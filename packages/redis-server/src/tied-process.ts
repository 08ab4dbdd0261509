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
  /** Its whole environment. */
  env: NodeJS.ProcessEnv;
  /** File descriptor for its output: a file, so that nobody has to read it and it survives us. */
  output: number;
  /** Folders to remove once it has ended, if we die first; as long as we live, removing them is ours to do. */
  leavings: string[];
}

/**
 * A process that dies with ours, even when ours is killed, and that the terminal's Ctrl-C does not reach.
 * States: waiting -> running (`go`) -> ended, or waiting -> ended (`abandon`).
 */
export interface TiedProcess {
  /** Its id, already while it waits, and the same when it runs. */
  readonly pid: number;
  /** Settles once the process has ended and nothing of it is left. Never rejects. */
  readonly ended: Promise<ProcessEnd>;
  /** Lets it begin. */
  go(): void;
  /** Ends it before it has begun. */
  abandon(): void;
  /** Does nothing after the end, when the id may be another process's. */
  signal(name: NodeJS.Signals): void;
}

/** Waits for a line on descriptor 3, then becomes the command, under the same id. No line, no command. */
const BECOME = 'read -r go <&3 && exec "$@" 3<&-';

/** Waits on standard input: a line means that the process has ended, the end of input that our process has. */
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
 * Prepares a process tied to ours; it begins at `go()`.
 *
 * Two children: a shell that becomes the command, and a shell that watches a pipe whose other end only we hold. The
 * kernel closes that end however we die, and then the watcher stops the process: TERM first, KILL after five seconds.
 * The command begins only after the watcher stands, so there is no moment at which our death would leave it behind.
 * Both are direct children, so nothing of them is left as a zombie, and both have sessions of their own, so the
 * terminal's signals reach only us and we decide when to stop them.
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

/** Writing to a child that has just died fails with EPIPE; its exit tells us so already. */
function quiet(stream: Writable): Writable {
  return stream.on('error', () => {});
}
