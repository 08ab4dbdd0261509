import { expect, test } from '@jest/globals';
import { ANDROID, addPushProviders, IPHONE, logIn, register } from '../support/devices.ts';
import { aGroupMessage } from '../support/events.ts';
import { received, set } from '../support/received.ts';
import { startSystem } from '../support/system.ts';

const HALF = '\ud83c';

/** Where a text may be cut. */
const boundaries = (text: string): number[] =>
  [...new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(text)].map(({ index }) => index);

test('half an emoji in any text reaches every service as U+FFFD, and is no dead letter', async () => {
  await using system = await startSystem();
  await addPushProviders(system);
  for (const token of [ANDROID, IPHONE]) await register(system, await logIn(system), token);
  await system.backend.put('/v3/groups/hiking', { name: `Hiking ${HALF}` });
  await system.backend.loadMembers('hiking', ['alice', 'bob']);
  await set(system, { preferences: { push: { includeMessageObjectSetting: true, customJson: { app: HALF } } } });
  const event = aGroupMessage('hiking', {
    sender: { uid: 'alice', name: `Alice ${HALF}` },
    message: { id: `58${HALF}`, text: `party ${HALF}`, metadata: { [`key${HALF}`]: HALF } },
    custom: { event: HALF },
  });
  await system.backend.post('/v3/events', event);
  expect(await system.done(event.id)).toMatchObject({ planned: 3, accepted: 3, rejected: 0 });
  const whole = { body: 'party \ufffd', senderName: 'Alice \ufffd', receiverName: 'Hiking \ufffd', tag: '58\ufffd' };
  expect(received(system)[0]?.details).toMatchObject({ ...whole, custom: { app: '\ufffd', event: '\ufffd' } });
  expect(system.hooks.fcm.requests()[0]?.json).toMatchObject({ message: { data: whole } });
  expect(system.hooks.apns.requests()[0]?.json).toMatchObject({ ...whole, aps: { alert: { body: 'party \ufffd' } } });
});

test('a long text is cut at whole characters: families, flags, skin tones, accents', async () => {
  await using system = await startSystem();
  await system.backend.put('/v3/groups/hiking', {});
  await system.backend.loadMembers('hiking', ['alice', 'bob']);
  for (const whole of ['👨‍👩‍👧‍👦', '🇯🇵', '👍🏽', 'e\u0301']) {
    system.hook.clear();
    const name = `x${whole.repeat(Math.floor(254 / whole.length))}`;
    const event = aGroupMessage('hiking', {
      sender: { uid: 'alice', name },
      message: { id: '58', text: `xy${whole.repeat(4000)}` },
    });
    await system.backend.post('/v3/events', event);
    await system.done(event.id);
    const details = received(system)[0]?.details;
    expect(details?.body).toBe(`xy${whole.repeat(Math.floor((4000 - 3) / whole.length))}…`);
    expect(details?.title.length).toBeLessThanOrEqual(255);
    expect(details?.truncated).toBe('title,body');
    expect(boundaries(`${name} @ hiking`)).toContain(`${details?.title}`.length - 1);
  }
});
