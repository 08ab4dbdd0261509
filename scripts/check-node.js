// Says in one line what is wrong when Node is too old, before anything fails in a way that does not say it. npm's own
// check (`engine-strict`) also enforces the ranges of our dependencies, some of which exclude Node releases that work.
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
