import { expect, test } from '@jest/globals';
import { aGroupMessage } from '../support/events.ts';
import { tell, told } from '../support/received.ts';
import { startSystem } from '../support/system.ts';

test('a removed reaction that names no author is taken back from the author whom its addition named', async () => {
  await using system = await startSystem({});
  await system.backend.put('/v3/groups/hiking', {});
  await system.backend.loadMembers('hiking', ['alice', 'bob', 'carol']);
  const reaction = { id: '58', reaction: '😎', messageId: 'never-seen' };
  const react = (type: string, more: object = {}) => ({
    ...aGroupMessage('hiking', { type, sender: { uid: 'bob', name: 'Bob' }, message: undefined }),
    reaction: { ...reaction, ...more },
  });
  expect(await tell(system, react('reaction.added', { messageSender: 'carol' }))).toMatchObject({ accepted: 1 });
  system.hook.clear();
  expect(await tell(system, react('reaction.removed'))).toMatchObject({ audience: 1, accepted: 1 });
  expect(told(system)).toEqual(['carol: Removed their reaction: 😎']);
});
