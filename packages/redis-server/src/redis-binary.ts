import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** Path and environment of a server binary, and how it was found. */
export interface RedisBinary {
  /** Absolute path. */
  command: string;
  /** Added to the environment of the process: the library path of a fetched copy. */
  env: Record<string, string>;
  /** `path`: installed on this machine. `package`: unpacked for this project only. */
  source: 'path' | 'package';
  /** Such as `7.0.15`. */
  version: string;
}

/** Older servers lack settings we use (`hash-max-listpack-*` came with Redis 7.0). */
const OLDEST_MAJOR = 7;

/**
 * Runs `command --version` and returns the version, such as `7.0.15`. Undefined if there is no such program, it does
 * not run here (a missing library, another architecture), or it is neither Redis nor Valkey.
 */
export async function probe(command: string, env: Record<string, string>): Promise<string | undefined> {
  try {
    const { stdout } = await execute(command, ['--version'], { env: { ...process.env, ...env }, timeout: 10_000 });
    return /\bserver v=(\d+\.\S+)/i.exec(stdout)?.[1];
  } catch {
    return undefined;
  }
}

/** Whether a server of this version understands our configuration. */
export function isRecent(version: string): boolean {
  return Number.parseInt(version, 10) >= OLDEST_MAJOR;
}
