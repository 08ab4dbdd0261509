import { expect, test } from '@jest/globals';
import { addPushProviders } from '../support/devices.ts';
import { aGroupMessage, uids } from '../support/events.ts';
import { PACK_SIZES, packsOf } from '../support/packs.ts';
import { startSystem } from '../support/system.ts';

const MEMBERS = 300;
const EVERY = 50;

test.each(PACK_SIZES)(
  'a GOAWAY every fifty streams loses and doubles nothing, %i per job',
  async (size) => {
    await using system = await startSystem({ env: packsOf(size) });
    await addPushProviders(system);
    const lines = uids(MEMBERS).flatMap((uid, i) => [
      { type: 'member', guid: 'large', uid },
      { type: 'token', uid, platform: 'fcm_android', providerId: 'fcm-1', token: `tok_fcm_${i}` },
      { type: 'token', uid, platform: 'apns_ios_device', providerId: 'apns-1', token: `tok_apns_${i}` },
    ]);
    const ndjson = lines.map((line) => JSON.stringify(line)).join('\n');
    await system.backend.call('POST', '/v3/import?id=members', ndjson, { 'content-type': 'application/x-ndjson' });
    const services = [system.hooks.fcm, system.hooks.apns];
    for (const service of services) service.setFaults({ goAwayEvery: EVERY, latencyMs: { min: 0, max: 20 } });
    const event = aGroupMessage('large');
    await system.backend.post('/v3/events', event);
    // FCM, APNs and the webhook.
    expect(await system.done(event.id, 60_000)).toMatchObject({ planned: 3 * MEMBERS, accepted: 3 * MEMBERS });
    for (const service of services) {
      expect(service.counts()).toMatchObject({ answered: { 200: MEMBERS }, acceptedTwice: 0 });
    }
  },
  90_000,
);
