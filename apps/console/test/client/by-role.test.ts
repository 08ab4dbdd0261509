import type { ProcessConfiguration } from '@fanfare/client';
import { expect, test } from '@jest/globals';
import { byRole } from '../../src/client/pages/system/by-role.ts';

const process = (role: 'fanout' | 'sender', pid: number, settings: ProcessConfiguration['settings']) => ({
  id: `${role}-${pid}`,
  role,
  host: 'push-1',
  pid,
  settings,
});
const audience = (value: string) => ({ name: 'BULK_AUDIENCE', value, isSet: value !== '1000' });

test('processes of a role are one where they agree; where they differ, each value says whose it is', () => {
  const unset = { name: 'EXTRA_CA_FILE', isSet: false };
  const all = [
    process('fanout', 1, [audience('500'), unset]),
    process('fanout', 2, [audience('1000'), unset]),
    process('fanout', 3, [audience('1000'), unset]),
    process('sender', 4, [unset]),
  ];
  expect(byRole(all)).toEqual([
    {
      role: 'fanout',
      variables: [
        {
          name: 'BULK_AUDIENCE',
          values: [
            { value: '1000', isSet: false, processes: ['push-1 2', 'push-1 3'] },
            { value: '500', isSet: true, processes: ['push-1 1'] },
          ],
        },
        {
          name: 'EXTRA_CA_FILE',
          values: [{ value: undefined, isSet: false, processes: ['push-1 1', 'push-1 2', 'push-1 3'] }],
        },
      ],
    },
    { role: 'sender', variables: [{ name: 'EXTRA_CA_FILE', values: [expect.objectContaining({ isSet: false })] }] },
  ]);
});
