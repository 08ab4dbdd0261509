import { beforeEach, describe, expect, test } from '@jest/globals';
import { deleteUser, listDevices, registerDevice, removeDevices } from '../src/index.ts';
import { indexedTokens, interposed, privateRedis, withoutTombstones } from './private-redis.ts';

const { redis } = await privateRedis();
const NOW = 1_741_847_453_000;
const OLD = { token: 'old', platform: 'fcm_android' as const, providerId: 'default', session: 's1' };
const NEW = { ...OLD, token: 'new' };

/** More than any operation here needs. */
const COMMANDS = Array.from({ length: 20 }, (_, at) => at);

/** Redis, with an action before one command, counted from 0. */
const before = (at: number, happens: () => Promise<unknown>) => {
  let command = 0;
  return interposed(redis, async () => {
    if (command++ === at) await happens();
  });
};

const register = (registration: typeof OLD, now: number) => registerDevice(redis, 'demo', 'bob', registration, now);
const tokens = async () => (await listDevices(redis, 'demo', 'bob')).map(({ token }) => token);
const indexed = () => indexedTokens(redis);

beforeEach(() => redis.flushall());

describe.each([
  ['nothing', undefined],
  ['the one', OLD],
  ['the other', NEW],
  ['a third', { ...OLD, token: 'third' }],
])('two tokens of one session at once, after %s', (_, had) => {
  test.each(COMMANDS)(
    'leave one device, and no trace of the other, when the second comes before command %d',
    async (at) => {
      if (had) await register(had, NOW);
      await registerDevice(
        before(at, () => register(NEW, NOW + 2)),
        'demo',
        'bob',
        OLD,
        NOW + 1,
      );
      expect(await tokens()).toHaveLength(1);
      expect(await indexed()).toBe(1);
      const [token] = await tokens();
      await registerDevice(redis, 'demo', 'carol', { ...OLD, token: token as string, session: 's2' }, NOW + 3);
      expect(await tokens()).toEqual([]);
    },
  );
});

test.each(COMMANDS)('a token refreshed during its logout leaves no untracked trace, before command %d', async (at) => {
  await register(OLD, NOW);
  await removeDevices(
    before(at, () => register(NEW, NOW + 1)),
    'demo',
    'bob',
    () => true,
  );
  expect(await indexed()).toBe((await tokens()).length);
});

test.each(COMMANDS)('a logout while a token is refreshed leaves no untracked trace, before command %d', async (at) => {
  await register(OLD, NOW);
  await registerDevice(
    before(at, () => removeDevices(redis, 'demo', 'bob', () => true)),
    'demo',
    'bob',
    NEW,
    NOW + 1,
  );
  expect(await indexed()).toBe((await tokens()).length);
});

test('ten concurrent tokens of one session leave nothing behind when the user is erased', async () => {
  await Promise.all(COMMANDS.map((n) => register({ ...OLD, token: `token-${n}` }, NOW + n)));
  await deleteUser(redis, 'demo', 'bob');
  expect(JSON.stringify(await withoutTombstones(redis))).not.toContain('bob');
});
