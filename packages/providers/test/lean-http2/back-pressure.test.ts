import { expect, test } from '@jest/globals';
import { frame, settings, uint32 } from '../support/frames.ts';
import { startPool, statuses } from '../support/pool.ts';
import { ACCEPTED, startRawH2 } from '../support/raw-h2.ts';

const BODY = 'x'.repeat(30_000);
const REQUESTS = 1000;

test('requests to a server that does not read wait, and are answered when it reads again', async () => {
  const wide = settings({ MAX_CONCURRENT_STREAMS: 10_000, INITIAL_WINDOW_SIZE: 1_000_000 });
  const beginning = Buffer.concat([wide, frame('WINDOW_UPDATE', { payload: uint32(2 ** 30) })]);
  await using server = await startRawH2(ACCEPTED, beginning);
  await using pool = startPool(server, { client: 'lean', maxSessions: 1 });
  await pool.request({ path: '/push', headers: {}, body: 'hello' });
  const socket = server.connections[0]?.socket;
  socket?.pause();
  let left = 0;
  const mayLeave = (): boolean => {
    left += 1;
    return true;
  };
  const results: ReturnType<typeof pool.request>[] = [];
  for (let i = 0; i < REQUESTS; i += 1) {
    results.push(pool.request({ path: '/push', headers: {}, body: BODY, mayLeave }));
    // Each in a tick of its own, as deliveries come.
    await new Promise(setImmediate);
  }
  expect(left).toBeLessThan(REQUESTS);
  socket?.resume();
  expect(new Set(statuses(await Promise.all(results)))).toEqual(new Set([200]));
  expect(left).toBe(REQUESTS);
});
