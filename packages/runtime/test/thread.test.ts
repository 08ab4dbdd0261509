import { execFile, execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { setEnvironmentData } from 'node:worker_threads';
import { beforeAll, expect, test } from '@jest/globals';
import { besideThread, createMetrics, Thread, withThreads } from '../src/index.ts';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
const FILE = new URL('./fixtures/thread.js', import.meta.url);

/** The thread runs what is built, because Node 20 runs no TypeScript. */
beforeAll(() => {
  execFileSync(path('../../../node_modules/.bin/tsc'), ['-b', path('..')]);
}, 120_000);

test('one scrape shows what all threads have counted, and what Node measures once', async () => {
  const thread = new Thread(FILE);
  await thread.started;
  const metrics = createMetrics();
  metrics.events.inc({ result: 'accepted' });
  metrics.inflight.set({ provider: 'fcm', lane: 'call' }, 1);
  metrics.clockOffsetSeconds.set(0.5);
  metrics.refusing.set({ provider: 'fcm' }, 1);
  const { body } = await metrics.render([await thread.snapshot()]);
  await thread.close();
  expect(body).toContain('fanfare_events_total{result="accepted"} 3');
  expect(body).toContain('fanfare_inflight{provider="fcm",lane="call"} 4');
  expect(body).toContain('fanfare_clock_offset_seconds 0.5');
  expect(body).toContain('fanfare_refusing{provider="fcm"} 1');
  expect(body).toMatch(/^fanfare_loop_lag_seconds\{thread="main"\} [\d.e-]+$/m);
  expect(body).toMatch(/^fanfare_loop_lag_seconds\{thread="calls"\} [\d.e-]+$/m);
  expect(body.match(/^process_start_time_seconds /gm)).toHaveLength(1);
});

function threadThat(behaviour: string): Thread {
  setEnvironmentData('behaviour', behaviour);
  try {
    return new Thread(FILE);
  } finally {
    setEnvironmentData('behaviour', undefined);
  }
}

const READY = { ready: true, checks: { redis: { ok: true } } };

test.each([
  ['works', { ready: true, checks: { redis: { ok: true }, thread: { ok: true } } }],
  ['has no Redis', { ready: false, checks: { redis: { ok: true }, thread: { ok: false, detail: 'of the thread' } } }],
])('whether a process is ready shows that its thread %s', async (behaviour, readiness) => {
  const thread = threadThat(behaviour);
  await thread.started;
  expect(await withThreads(READY, [thread])).toEqual(readiness);
  await thread.close();
});

test('a thread that does not answer makes the process not ready, and a scrape shows what it counted last', async () => {
  const busy = new Int32Array(new SharedArrayBuffer(4)).fill(1);
  setEnvironmentData('busy', busy);
  const thread = threadThat('becomes busy');
  await thread.started;
  const counted = await thread.snapshot();
  const [readiness, again] = await Promise.all([withThreads(READY, [thread]), thread.snapshot()]);
  busy[0] = 0;
  Atomics.notify(busy, 0);
  expect(readiness).toMatchObject({
    ready: false,
    checks: { thread: { ok: false, detail: 'no answer within 1000 ms' } },
  });
  expect(again).toEqual(counted);
  await thread.close();
});

test('if the rest of the process cannot start, its thread ends', async () => {
  let thread: Thread | undefined;
  const starting = besideThread(FILE, async (one) => {
    thread = one;
    throw new Error('the port is taken');
  });
  await expect(starting).rejects.toThrow('the port is taken');
  expect(thread?.isRunning).toBe(false);
});

test('a thread and the rest of the process close together', async () => {
  let closed = 0;
  let thread: Thread | undefined;
  const running = await besideThread(FILE, async (one) => {
    thread = one;
    return {
      close: async () => {
        closed += 1;
      },
    };
  });
  expect(thread?.isRunning).toBe(true);
  await running.close();
  expect(closed).toBe(1);
  expect(thread?.isRunning).toBe(false);
});

test.each([
  ['cannot start', 'no Redis'],
  ['ends at once', 'ended'],
  ['ends', 'ended'],
  ['fails later', 'a bug'],
  ['cannot close', 'still busy'],
])('a process whose thread %s ends and says why', async (behaviour, why) => {
  const env = { ...process.env, NODE_OPTIONS: '', THREAD: behaviour };
  const ended = promisify(execFile)(process.execPath, [path('./fixtures/process.js'), 'thread'], { env });
  await expect(ended).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining(why) });
});

test('a process whose thread fails does not print the command that failed', async () => {
  const env = { ...process.env, NODE_OPTIONS: '', THREAD: 'fails with a secret' };
  const { code, stderr } = await promisify(execFile)(process.execPath, [path('./fixtures/process.js'), 'thread'], {
    env,
  }).catch((error) => error);
  expect(code).toBe(1);
  expect(stderr).toContain('no answer');
  expect(stderr).not.toContain('hunter2');
});
