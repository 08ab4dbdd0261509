import { execFile } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

/** The command lines of all processes, zombies too, that contain the text. */
export async function processesWith(text: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,stat=,args='], { maxBuffer: 1 << 24 });
  return stdout.split('\n').filter((line) => line.includes(text));
}

/** Whether the process runs. A dead one not yet collected by its parent counts as gone. */
export async function runs(pid: number): Promise<boolean> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,stat=']);
  const line = stdout.split('\n').find((entry) => Number.parseInt(entry, 10) === pid);
  return line !== undefined && !/^\s*\d+\s+Z/.test(line);
}

/** Polls until the condition holds. A copy of the testkit's, which depends on this package. */
export async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + 15_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`waited in vain until ${what}`);
    await delay(20);
  }
}
