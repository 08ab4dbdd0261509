import { readFile } from 'node:fs/promises';
import { startTestRedis } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { aMessage } from '../support/events.ts';
import { startSystem } from '../support/system.ts';

test('the whole system runs as the Redis user of docs/security.md, which may do nothing dangerous', async () => {
  const page = await readFile(new URL('../../../docs/security.md', import.meta.url), 'utf8');
  const [, user = '', rules = ''] = /^ACL SETUSER (\w+) (.*)$/m.exec(page) ?? [];
  const redis = await startTestRedis({ oneServer: 'the users of a cluster are those of each server' });
  await redis.redis.call('ACL', 'SETUSER', user, ...rules.replace('PASSWORD', 'secret').split(' '));
  const url = redis.url.replace('redis://', `redis://${user}:secret@`);
  await using system = await startSystem({ redis, env: { REDIS_URL: url } });
  const event = aMessage();
  expect((await system.backend.post('/v3/events', event)).status).toBe(202);
  expect(await system.done(event.id)).toMatchObject({ accepted: 1 });
  expect((await fetch(`${system.url}/readyz`)).status).toBe(200);
  const mine = redis.redis.duplicate({ username: user, password: 'secret' });
  for (const command of ['FLUSHALL', 'KEYS', 'SHUTDOWN', 'CONFIG']) {
    await expect(
      mine.call(command, ...(command === 'CONFIG' ? ['SET', 'dir', '/'] : command === 'KEYS' ? ['*'] : [])),
    ).rejects.toThrow('NOPERM');
  }
  mine.disconnect();
});
