import { until } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { aMessage } from '../support/events.ts';
import { choose, tell, told } from '../support/received.ts';
import { startSystem } from '../support/system.ts';

test('Do Not Disturb ends by itself, is shown with its end, and does not keep the end for the next time', async () => {
  await using system = await startSystem();
  const path = '/v3/notifications/v1/preferences?uid=bob';
  const shown = async () => (await system.backend.get(path)).body.data.mutePreferences;
  const end = Date.now() + 2500;
  await choose(system, 'bob', { mutePreferences: { dnd: 2, until: end } });
  expect(await shown()).toMatchObject({ dnd: 2, until: end });
  expect(await tell(system, aMessage())).toMatchObject({ suppressed: { DND_PREFERENCE: 1 } });
  await until(async () => (await shown()).dnd === 1, 'Do Not Disturb ends');
  expect(await shown()).not.toHaveProperty('until');
  expect(await tell(system, aMessage())).toMatchObject({ accepted: 1 });
  await choose(system, 'bob', { mutePreferences: { dnd: 2 } });
  expect(await tell(system, aMessage())).toMatchObject({ suppressed: { DND_PREFERENCE: 1 } });
  expect(told(system)).toEqual(['bob: hi']);
  const { status, body } = await system.backend.patch(path, { mutePreferences: { dnd: 1, until: end } });
  expect([status, body.error.message.split(':')[0]]).toEqual([400, 'mutePreferences.until']);
});
