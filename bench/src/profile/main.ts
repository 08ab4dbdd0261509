import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { markdownTable } from '../report/table.ts';
import { type CpuProfile, type SelfTimes, selfTimes } from './self-time.ts';

const PACKAGES = 20;
const FUNCTIONS = 25;

/** `node bench/dist/profile/main.js FILE…`: prints where the time of each CPU profile went. */
for (const file of process.argv.slice(2)) {
  const { total, packages, functions } = selfTimes(JSON.parse(readFileSync(file, 'utf8')) as CpuProfile);
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
