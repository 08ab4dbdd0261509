// Runs `npm ci` (dry) and `npm start` once on each newer Node release line, available as npm packages; the tests
// themselves run on one. A release that cannot be installed is skipped, with the reason. Usage: node
// scripts/start-on-nodes.js [major …], by default 22 24 26.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MAJORS = process.argv.length > 2 ? process.argv.slice(2) : ['22', '24', '26'];
const PACKAGE = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
const START_MS = 180_000;
const root = fileURLToPath(new URL('..', import.meta.url));

for (const major of MAJORS) {
  const bin = nodeOf(major);
  if (bin === undefined) continue;
  const env = { PATH: `${bin}${delimiter}${process.env.PATH}`, HOME: process.env.HOME };
  const version = execFileSync('node', ['--version'], { env, encoding: 'utf8' }).trim();
  try {
    execFileSync('npm', ['ci', '--dry-run'], { cwd: root, env, stdio: 'pipe', encoding: 'utf8' });
    console.log(`Node ${version}: npm ci and npm start work: ${await start(env)}`);
  } catch (error) {
    console.error(`Node ${version}: ${error.stderr || error.message}`);
    process.exitCode = 1;
  }
}

/**
 * The folder of a Node release's `node`, installed outside our own dependencies; undefined if it cannot be installed.
 */
function nodeOf(major) {
  const folder = join(root, '.fanfare', 'nodes', major);
  const bin = join(folder, 'node_modules', PACKAGE, 'bin');
  if (existsSync(join(bin, 'node'))) return bin;
  const flags = ['--no-save', '--no-package-lock', '--no-audit', '--no-fund', '--loglevel=error'];
  try {
    const args = ['install', '--prefix', folder, ...flags, `${PACKAGE}@${major}`];
    execFileSync('npm', args, { stdio: 'pipe', encoding: 'utf8', timeout: 120_000 });
    return bin;
  } catch (error) {
    const [reason] = (error.stderr || error.message).trim().split('\n');
    console.log(`Node ${major}: skipped, ${PACKAGE}@${major} cannot be installed (${reason})`);
    return undefined;
  }
}

/** Starts the system as the README says, waits until the demo is done, and stops it. */
async function start(env) {
  const data = mkdtempSync(join(tmpdir(), 'fanfare-start-'));
  const child = spawn('npm', ['start', '--', '--data', data, '--port', '0'], { cwd: root, env, detached: true });
  let output = '';
  const stop = () => process.kill(-child.pid, 'SIGTERM');
  const timer = setTimeout(stop, START_MS);
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output += text;
      if (/^Demo done: /m.test(text)) stop();
    });
  }
  await new Promise((resolve) => child.once('close', resolve));
  clearTimeout(timer);
  rmSync(data, { recursive: true, force: true });
  const [, summary] = /^Demo done: (.*)$/m.exec(output) ?? [];
  if (summary === undefined) throw new Error(`npm start did not complete its demo:\n${output}`);
  return summary;
}
