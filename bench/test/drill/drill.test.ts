import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';

const MAIN = fileURLToPath(new URL('../../dist/drill/main.js', import.meta.url));
/** Those from which the system recovers at once; the locks of killed workers are in e2e's kill.test.ts. */
const FAULTS = 'kill-ingest,kill-redis,fcm-goaway,fcm-expired-token,apns-goaway,webhook-429';

test('a short drill loses nothing and duplicates no more than was in flight at its kills', async () => {
  const args = ['--seconds', '4', '--seed', '5', '--faults', FAULTS];
  // The exit code says that no more was duplicated than in flight at the kills.
  const { stdout, code = 0 } = await promisify(execFile)(process.execPath, [MAIN, ...args]).catch((error) => error);
  console.log(stdout);
  expect(stdout.trimEnd().split('\n').at(-1)).toMatch(
    /^lost=0 duplicated=\d+ stale=0 kills=[1-9]\d* recovered_s=\d+\.\d$/,
  );
  expect(code).toBe(0);
}, 300_000);
