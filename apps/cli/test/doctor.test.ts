import { startTestRedis } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { checkClock } from '../src/doctor/machine.ts';
import { checkWrites } from '../src/doctor/redis.ts';

test.each([
  [0, 'ok'],
  [2000, 'ok'],
  [-60_000, 'behind'],
  [60_000, 'ahead of'],
])('a clock that is %i ms off: %s', (offMs, says) => {
  const finding = checkClock(1_000_000 + offMs, 1_000_000, 0);
  if (says === 'ok') expect(finding.kind).toBe('ok');
  else expect(finding).toMatchObject({ kind: 'problem', what: expect.stringContaining(`60 s ${says}`) });
});

test('what asking took is not held against the clock', () => {
  expect(checkClock(1_005_000, 1_000_000, 4000).kind).toBe('ok');
});

test('a Redis that takes long for each write is found, whatever keeps it', async () => {
  await using own = await startTestRedis();
  expect((await checkWrites(own.url, 10_000)).kind).toBe('ok');
  const busy =
    "local t = redis.call('TIME') local e = t[1] * 1000 + t[2] / 1000 + 60\n" +
    "repeat t = redis.call('TIME') until t[1] * 1000 + t[2] / 1000 > e";
  let done = false;
  const blocking = (async () => {
    while (!done) await own.redis.eval(busy, 0);
  })();
  const finding = await checkWrites(own.url);
  done = true;
  await blocking;
  expect(finding).toMatchObject({ kind: 'problem', remedy: expect.stringContaining('disk') });
});

test('a Redis that cannot be reached, or takes no writes, is found', async () => {
  await using own = await startTestRedis();
  await own.redis.config('SET', 'min-replicas-to-write', '1');
  expect(await checkWrites(own.url)).toMatchObject({
    kind: 'problem',
    what: expect.stringContaining('takes no writes'),
  });
});
