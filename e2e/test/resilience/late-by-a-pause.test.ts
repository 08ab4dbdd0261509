import * as sender from '@fanfare/sender/app';
import { expect, test } from '@jest/globals';
import { ANDROID, addPushProviders, logIn, register } from '../support/devices.ts';
import { aCall } from '../support/events.ts';
import { startSystem } from '../support/system.ts';

test('a sender that was stopped between its check and its send rings no phone late', async () => {
  await using system = await startSystem({ apps: ['fanout'] });
  await addPushProviders(system);
  await register(system, await logIn(system), ANDROID);
  // The pause comes while it waits for an access token, after it has found the ring to be in time.
  const tokens = () => system.hooks.fcm.counts().oauth.issued;
  const localClock = () => Date.now() + (tokens() > 0 ? 40_000 : 0);
  const config = sender.readConfig({ ...system.env, SENDER_PROVIDERS: 'fcm' });
  const stopped = await sender.start(config, { localClock });
  try {
    const ring = aCall();
    await system.backend.delete('/v3/notifications/push/v1/providers/custom');
    await system.backend.post('/v3/events', ring);
    expect(await system.done(ring.id)).toMatchObject({ planned: 1, expired: 1, accepted: 0 });
    expect(tokens()).toBe(1);
    expect(system.hooks.fcm.requests()).toEqual([]);
  } finally {
    await stopped.close();
  }
}, 60_000);
