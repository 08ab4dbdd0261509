// Checks that every Lua script names its keys, arguments and result in comments at its top, where a reader needs them
// first.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const files = execFileSync('git', ['ls-files', 'packages/*/src/*.ts', 'apps/*/src/*.ts'], { encoding: 'utf8' });
const DEFINITION = /\bconst (\w+) = script<[^`]*>\(`([^`]*(?:`[^`]*`[^`]*)*?)`\);/g;
const HEADER = /^\n-- KEYS [^\n]+\n(-- ARGV [^\n]+\n(-- {3}[^\n]+\n)*)?-- returns [^\n]+\n/;

let scripts = 0;
const problems = [];
for (const file of files.trim().split('\n')) {
  const source = readFileSync(file, 'utf8');
  const defined = [...source.matchAll(DEFINITION)];
  const named = source.match(/= script</g)?.length ?? 0;
  if (defined.length !== named) problems.push(`${file}: a script that this check cannot read`);
  for (const [, name, lua] of defined) {
    scripts += 1;
    if (!HEADER.test(lua))
      problems.push(`${file}: ${name} must begin with "-- KEYS …", "-- ARGV …" (if any), "-- returns …"`);
    if (/ARGV\[|#ARGV/.test(lua) && !/\n-- ARGV /.test(lua)) problems.push(`${file}: ${name} does not name its ARGV`);
  }
}
if (problems.length === 0) console.log(`scripts: ${scripts}, each names its keys, arguments and result`);
else console.error(problems.join('\n'));
process.exitCode = problems.length > 0 ? 1 : 0;
