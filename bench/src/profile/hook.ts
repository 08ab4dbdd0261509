import { renameSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { PROFILE_FILE } from './file-name.ts';

/**
 * Preloaded into a process to profile (`node --import`): SIGUSR2 starts the profiler of its CPU, and another ends it
 * and writes the file into the current folder.
 */
let session: Session | undefined;

process.on('SIGUSR2', () => void (session === undefined ? start() : stop(session)));

async function start(): Promise<void> {
  session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.start');
}

async function stop(running: Session): Promise<void> {
  session = undefined;
  const { profile } = await running.post('Profiler.stop');
  running.disconnect();
  const file = PROFILE_FILE(process.pid);
  writeFileSync(`${file}.new`, JSON.stringify(profile));
  renameSync(`${file}.new`, file);
}
