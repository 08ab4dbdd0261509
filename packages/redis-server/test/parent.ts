import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const PACKAGE = join(import.meta.dirname, '..');
const TSC = join(PACKAGE, '..', '..', 'node_modules', '.bin', 'tsc');

/** Starts a server, prints its address, and reports after each SIGINT that it is still alive. */
const PROGRAM = `
import { startRedis } from './index.js';
const server = await startRedis(JSON.parse(process.argv[2]));
process.on('SIGINT', () => console.log('interrupted'));
console.log(JSON.stringify({ pid: server.pid, url: server.url, folder: server.folder }));
`;

/** A separate process that has started a server, in its own process group, as a terminal would start it. */
export interface Parent extends AsyncDisposable {
  process: ChildProcess;
  server: { pid: number; url: string; folder: string };
  /** Its next line of output. */
  line(): Promise<string>;
}

/** Compiles the current state of this package and runs a program with it in another process. */
export async function startParent(options: object): Promise<Parent> {
  const folder = await mkdtemp(join(tmpdir(), 'fanfare-parent-'));
  const flags = ['--composite', 'false', '--incremental', 'false', '--tsBuildInfoFile', 'null', '--outDir', folder];
  await promisify(execFile)(TSC, ['-p', PACKAGE, ...flags]);
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  await writeFile(join(folder, 'parent.js'), PROGRAM);
  const parent = spawn(process.execPath, [join(folder, 'parent.js'), JSON.stringify(options)], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface(parent.stdout)[Symbol.asyncIterator]();
  const line = async (): Promise<string> => (await lines.next()).value ?? '';
  return {
    process: parent,
    server: JSON.parse(await line()),
    line,
    [Symbol.asyncDispose]: () => dispose(parent, folder),
  };
}

async function dispose(parent: ChildProcess, folder: string): Promise<void> {
  if (parent.exitCode === null && parent.signalCode === null) {
    parent.kill('SIGKILL');
    await once(parent, 'exit');
  }
  await rm(folder, { recursive: true, force: true });
}
