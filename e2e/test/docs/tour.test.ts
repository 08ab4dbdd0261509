import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { until } from '@fanfare/testkit';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { onlyDev } from '../support/one-dev.ts';
import { answers, asShown, section, steps, typeAll } from '../support/tour.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

const QUICKSTARTS = readdirSync(join(ROOT, 'docs/quickstart'));

/** What these pages say, where the system of `npm start` has it when its ports are free. */
const README = { api: 'http://127.0.0.1:8080', simulator: 'http://127.0.0.1:8091', keys: '.fanfare/dev/keys.json' };

/** What `npm start` runs, with data and ports of its own; ended as by Ctrl-C. */
async function startDev() {
  const data = await mkdtemp(join(tmpdir(), 'fanfare-tour-'));
  const env = { PATH: process.env.PATH, HOME: process.env.HOME };
  const command = ['apps/cli/bin/fanfare.js', 'dev', '--port', '0', '--data', data];
  const child = spawn(process.execPath, command, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'inherit'] });
  const closed = once(child, 'close');
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const printed = (pattern: RegExp) =>
    until(() => pattern.exec(output)?.[1], `${pattern} is printed`, { timeoutMs: 60_000 });
  return {
    here: async () => {
      await printed(/^(Demo done)/m);
      const [api, simulator] = [await printed(/ API +(http\S+)/), await printed(/ Simulator +(http\S+)\/control/)];
      return { api, simulator, keys: join(data, 'keys.json') };
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGINT');
      await closed;
      await rm(data, { recursive: true });
    },
  };
}

/** A text with what `from` says as `to` says it. */
const moved = (text: string, from: typeof README, to: typeof README): string =>
  (['api', 'simulator', 'keys'] as const).reduce((all, name) => all.replaceAll(from[name], to[name]), text);

let release: () => Promise<void>;
beforeAll(async () => {
  release = await onlyDev();
}, 180_000);
afterAll(() => release());

test('every command of README, tour and quickstarts works after npm start, and answers as shown', async () => {
  const readme = steps(section(await readFile(join(ROOT, 'README.md'), 'utf8'), 'In one minute'));
  const pages = ['docs/tour.md', ...QUICKSTARTS.map((name) => `docs/quickstart/${name}`)];
  const others = await Promise.all(pages.map(async (page) => steps(await readFile(join(ROOT, page), 'utf8'))));
  expect([readme, ...others].filter((page) => page.length < 2)).toEqual([]);
  await using dev = await startDev();
  const here = await dev.here();
  for (const page of [readme, ...others]) {
    const printed = await typeAll(
      page.map(({ command }) => moved(command, README, here)),
      ROOT,
    );
    expect(printed).toHaveLength(page.length);
    for (const [i, { command, shown }] of page.entries()) {
      const said = answers(moved(printed[i] as string, here, README));
      expect({ command, said: said.map((answer, j) => asShown(answer, shown[j])) }).toEqual({ command, said: shown });
    }
  }
}, 240_000);
