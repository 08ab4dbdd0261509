import { readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { markdownTable } from '../report/table.ts';
import type { CpuProfile } from './cpu-profile.ts';
import { flameGraph } from './flame-graph.ts';
import { type SelfTimes, selfTimes } from './self-time.ts';

const PACKAGES = 20;
const FUNCTIONS = 25;

const { values, positionals } = parseArgs({ allowPositionals: true, options: { svg: { type: 'boolean' } } });

/**
 * `node bench/dist/profile/main.js [--svg] FILE…`: prints where the time of each CPU profile went; `--svg` also draws
 * a flame graph beside each.
 */
for (const file of positionals) {
  const profile = JSON.parse(readFileSync(file, 'utf8')) as CpuProfile;
  if (values.svg) writeFileSync(`${file}.svg`, flameGraph(profile, basename(file, '.cpuprofile')));
  const { total, packages, functions } = selfTimes(profile);
  const table = (title: string, times: SelfTimes, most: number) =>
    markdownTable(
      [title, 'self ms', 'share'],
      times.slice(0, most).map(([name, micros]) => [name, (micros / 1000).toFixed(0), share(micros, total)]),
    );
  const title = `${basename(file)}: ${(total / 1000).toFixed(0)} ms busy`;
  const tables = [table('package', packages, PACKAGES), table('function', functions, FUNCTIONS)];
  process.stdout.write(`${[title, ...tables].join('\n\n')}\n\n`);
}

function share(micros: number, total: number): string {
  return `${((100 * micros) / total).toFixed(1)} %`;
}
