// Says in one line that Node is too old, before anything else fails with an unclear error. npm's own check
// (`engine-strict`) would also enforce the ranges of our dependencies, some of which exclude Node releases that work.
// Usage: node scripts/check-node.js [version], by default the version that runs it.
import { readFileSync } from 'node:fs';

const { engines } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const floor = engines.node.replace('>=', '');
const version = process.argv[2] || process.versions.node;

const [major, minor] = version.split('.').map(Number);
const [floorMajor, floorMinor] = floor.split('.').map(Number);
if (major < floorMajor || (major === floorMajor && minor < floorMinor)) {
  console.error(`Fanfare needs Node ${floor} or later; this is Node ${version}. See https://nodejs.org/en/download`);
  process.exitCode = 1;
}
