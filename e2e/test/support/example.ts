import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { until } from '@fanfare/testkit';
import type { System } from './system.ts';

const FOLDER = new URL('../../../examples/', import.meta.url);

/** Where the example's files are. */
export const exampleFile = (path: string): string => fileURLToPath(new URL(path, FOLDER));

/** An example running as a process of its own. */
export interface Example extends AsyncDisposable {
  /** What it has printed so far, errors included. */
  output(): string;
  /** Its exit code, once it has ended. */
  ended: Promise<number | null>;
}

/** Starts `node examples/<path> <args>` with this environment and nothing else. */
export function startExample(path: string, args: string[], env: Record<string, string>): Example {
  const child = spawn(process.execPath, [exampleFile(path), ...args], {
    env: { ...env, PATH: process.env.PATH },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const ended = once(child, 'close').then(([code]) => code as number | null);
  return {
    output: () => output,
    ended,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** What an example prints that runs to its end. @throws when it fails. */
export async function runExample(path: string, args: string[], env: Record<string, string>): Promise<string> {
  await using example = startExample(path, args, env);
  const code = await example.ended;
  if (code !== 0) throw new Error(`${path} ended with ${code}: ${example.output()}`);
  return example.output();
}

/** The environment of an example that is to use this system. */
export async function exampleEnv({ admin, url }: System): Promise<Record<string, string>> {
  const { body } = await admin.post('/v3/apps/app123/apikeys', { name: 'example' });
  return { FANFARE_URL: url, FANFARE_API_KEY: body.data.apiKey, FANFARE_APP_ID: 'app123' };
}

/** What a pattern captures in an example's output, once it is there. */
export const printed = (example: Example, pattern: RegExp): Promise<string> =>
  until(() => pattern.exec(example.output())?.[1], `the example prints ${pattern}`);
