import { startTestRedis } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { readAudit, readAuditOfDeleted, writeAudit } from '../src/index.ts';

const entry = (appId: string, at: number) => ({
  ...{ at, appId, who: 'admin', operation: 'PATCH /v3/apps/{appId}' },
  ...{ ids: {}, fields: ['name'] },
});

test('the entries of a deleted app are found among those of all, newest first, page by page', async () => {
  await using own = await startTestRedis({ args: ['--appendfsync', 'no'] });
  const wanted = new Set([0, 1, 700, 1500, 2399]);
  for (let i = 0; i < 2400; i++) await writeAudit(own.redis, undefined, entry(wanted.has(i) ? 'gone' : 'other', i));
  const first = await readAuditOfDeleted(own.redis, 'gone', { limit: 3 });
  expect(first.map(({ at }) => at)).toEqual([2399, 1500, 700]);
  const rest = await readAuditOfDeleted(own.redis, 'gone', { before: first.at(-1)?.id, limit: 3 });
  expect(rest.map(({ at }) => at)).toEqual([1, 0]);
  expect(await readAuditOfDeleted(own.redis, 'never', { limit: 3 })).toEqual([]);
  expect(await readAudit(own.redis, undefined, { limit: 1 })).toEqual([{ ...entry('gone', 2399), id: first[0]?.id }]);
});
