import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from '@jest/globals';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

const PROCESS = fileURLToPath(new URL('./fixtures/process.js', import.meta.url));

/** Builds the package for a real process, because Node 20 runs no TypeScript. Does nothing if it is up to date. */
beforeAll(() => {
  execFileSync(path('../../../node_modules/.bin/tsc'), ['-b', path('..')]);
}, 120_000);

class Fixture {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<string, () => void>();
  readonly said: string[] = [];
  errors = '';

  constructor(behaviour: string, env: Record<string, string> = {}) {
    this.#child = spawn(process.execPath, [PROCESS, behaviour], {
      env: { ...process.env, NODE_OPTIONS: '', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    createInterface(this.#child.stdout as NodeJS.ReadableStream).on('line', (line) => {
      this.said.push(line);
      this.#waiting.get(line)?.();
    });
    this.#child.stderr?.on('data', (chunk) => {
      this.errors += chunk;
    });
  }

  async says(line: string): Promise<void> {
    if (this.said.includes(line)) return;
    await new Promise<void>((resolve) => this.#waiting.set(line, resolve));
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** The exit code, or the signal that ended it, once all output is read. */
  async end(): Promise<number | string> {
    const [code, signal] = await once(this.#child, 'close');
    return code ?? signal;
  }
}

test.each(['SIGTERM', 'SIGINT'] as const)('%s aborts the signal, closes, and ends with 0', async (signal) => {
  const fixture = new Fixture('good');
  await fixture.says('started');
  fixture.kill(signal);
  expect(await fixture.end()).toBe(0);
  expect(fixture.said).toEqual(['started', 'aborted', 'closed', 'ran']);
  expect(fixture.errors).toBe('');
});

test('a process that is not closed within the grace period is ended, with 1', async () => {
  const fixture = new Fixture('never-closes', { SHUTDOWN_GRACE_MS: '50' });
  await fixture.says('started');
  fixture.kill('SIGTERM');
  expect(await fixture.end()).toBe(1);
  expect(fixture.errors).toBe('fixture: not closed within 50 ms, ending now\n');
});

test('a process kept alive by something it forgot to close is ended, with 1', async () => {
  const fixture = new Fixture('forgets', { SHUTDOWN_GRACE_MS: '50' });
  await fixture.says('started');
  fixture.kill('SIGTERM');
  expect(await fixture.end()).toBe(1);
  expect(fixture.said).toContain('ran');
  expect(fixture.errors).toContain('not closed within 50 ms');
});

test('a second signal, a while later, ends at once, with 1', async () => {
  const fixture = new Fixture('never-closes', { SHUTDOWN_GRACE_MS: '3600000' });
  await fixture.says('started');
  fixture.kill('SIGINT');
  await fixture.says('closing');
  const insisting = setInterval(() => fixture.kill('SIGINT'), 50);
  expect(await fixture.end()).toBe(1);
  clearInterval(insisting);
  expect(fixture.errors).toBe('fixture: SIGINT again, ending now\n');
});

test('a Ctrl-C that arrives twice, as it does under npm, is one', async () => {
  const fixture = new Fixture('good');
  await fixture.says('started');
  fixture.kill('SIGINT');
  fixture.kill('SIGINT');
  expect(await fixture.end()).toBe(0);
  expect(fixture.errors).toBe('');
});

test('a failure to close is reported, with 1', async () => {
  const fixture = new Fixture('fails-to-close');
  await fixture.says('started');
  fixture.kill('SIGTERM');
  expect(await fixture.end()).toBe(1);
  expect(fixture.errors).toMatch(/^fixture: Error: still busy\n +at /);
});

test('a start abandoned because of the signal is not a failure', async () => {
  const fixture = new Fixture('gives-up-starting');
  await fixture.says('started');
  fixture.kill('SIGTERM');
  expect(await fixture.end()).toBe(0);
  expect(fixture.errors).toBe('');
});

test('an invalid configuration is reported without a stack, with 1', async () => {
  const fixture = new Fixture('bad-config', { PORT: '99', MODE: '' });
  expect(await fixture.end()).toBe(1);
  expect(fixture.errors).toBe(
    [
      'fixture: The configuration is not valid:',
      '  PORT: expected a whole number from 1 to 10, got "99"',
      '  MODE is not set',
      '',
    ].join('\n'),
  );
});

test('a grace period that is not a number is an invalid configuration', async () => {
  const fixture = new Fixture('good', { SHUTDOWN_GRACE_MS: 'soon' });
  expect(await fixture.end()).toBe(1);
  expect(fixture.said).toEqual(['ran']);
  expect(fixture.errors).toContain('SHUTDOWN_GRACE_MS: expected a whole number');
});

test('a failed start is reported with its stack and causes but without secrets, with 1', async () => {
  const fixture = new Fixture('cannot-start');
  expect(await fixture.end()).toBe(1);
  expect(fixture.errors).toMatch(
    /^fixture: Error: no Redis\n +at [\s\S]*\ncaused by Error: connect ECONNREFUSED\n +at /,
  );
  expect(fixture.errors).not.toContain('hunter2');
});

test('a failed start ends even if it had opened something', async () => {
  const fixture = new Fixture('cannot-start-and-forgets', { SHUTDOWN_GRACE_MS: '50' });
  expect(await fixture.end()).toBe(1);
  expect(fixture.errors).toContain('not closed within 50 ms');
});
