// Runs the tests of the workspace it is started in, by jest with the given arguments. Without arguments, failed files
// run once more, alone: these tests use real processes with real deadlines, and on two cores the files beside them can
// take the time they need. The report shows both runs; a bug fails again. FLAKY=fail: no second run.
// Usage, in a workspace: node ../../scripts/run-tests.js [jest arguments]
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';

const jest = createRequire(import.meta.url).resolve('jest/bin/jest');
const NODE_OPTIONS = '--experimental-vm-modules --disable-warning=ExperimentalWarning';
// Three servers that sync each write take their time on two cores.
const onCluster = [
  `--setupFilesAfterEnv=${new URL('../jest.cluster.js', import.meta.url).pathname}`,
  '--testTimeout=120000',
];
const options = process.env.TEST_REDIS === 'cluster' ? onCluster : [];
const run = (...args) =>
  spawnSync(process.execPath, [jest, ...options, ...args], { stdio: 'inherit', env: { ...process.env, NODE_OPTIONS } })
    .status ?? 1;

const args = process.argv.slice(2);
let status = run(...args);
if (status !== 0 && args.length === 0 && process.env.FLAKY !== 'fail') {
  console.log('\nThe failed files run once more, alone:');
  status = run('--onlyFailures', '--runInBand');
  if (status === 0) console.log('\nFLAKY: the files above failed beside other tests and passed alone.');
}
process.exitCode = status;
