import { expect, test } from '@jest/globals';
import { addPushProviders, IPHONE, logIn, register } from '../support/devices.ts';
import { aMessage } from '../support/events.ts';
import { tell } from '../support/received.ts';
import { startSystem } from '../support/system.ts';

test('a token that died at the first try has the words it died with in the trace', async () => {
  await using system = await startSystem();
  await system.backend.delete('/v3/notifications/push/v1/providers/custom');
  await addPushProviders(system);
  await register(system, await logIn(system), { ...IPHONE, deviceToken: 'tok_unregistered_iphone' });
  const event = aMessage();
  expect(await tell(system, event)).toMatchObject({ planned: 1, token_dead: 1 });
  const { targets, sentence } = (await system.backend.get(`/v3/events/${event.id}/recipients/bob`)).body.data;
  expect(targets).toMatchObject([
    { state: 'token_dead', attempts: [{ at: expect.any(Number), outcome: 'token_dead', reason: 'Unregistered' }] },
  ]);
  expect(sentence).toMatch(/^Not sent to Bob: .* rejected the token \(Unregistered\b.*\)\.$/);
});
