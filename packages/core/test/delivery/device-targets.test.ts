import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  type DeviceRef,
  deviceTargets,
  type Event,
  isNotifying,
  PLATFORMS,
  type Platform,
  parseEvent,
} from '../../src/index.ts';

const base = {
  id: 'x',
  sentAt: 1741847453000,
  sender: { uid: 'alice' },
  conversation: { type: 'user', id: 'bob' },
};
const event = (type: string) => {
  const body = type.startsWith('call.') ? { call: { sessionId: 's', type: 'audio' } } : { message: { id: '1' } };
  const parsed = parseEvent({ ...base, type, ...body });
  if (!parsed.ok || !isNotifying(parsed.event as Event)) throw new Error(`${type} is no event to notify of`);
  return parsed.event as Parameters<typeof deviceTargets>[0];
};

const device = (id: string, platform: Platform, session?: string): DeviceRef => ({ id, platform, session });
const idsOf = (type: string, devices: DeviceRef[], rung?: ReadonlySet<string>) =>
  deviceTargets(event(type), devices, rung).map((target) => target.deviceId);

const PHONE = [device('alert', 'apns_ios_device', 's1'), device('voip', 'apns_ios_voip', 's1')];

describe('a message', () => {
  test('goes to every device but VoIP tokens', () => {
    const devices = [...PHONE, device('android', 'fcm_android', 's2'), device('web', 'fcm_web', 's3')];
    expect(idsOf('message.sent', devices)).toEqual(['alert', 'android', 'web']);
  });
});

describe('a call', () => {
  test('goes by VoIP where the login has it, and not to the alert token of the same phone', () => {
    expect(idsOf('call.initiated', PHONE)).toEqual(['voip']);
  });

  test('goes to the FCM token of an iPhone only where it has no VoIP token', () => {
    const both = [device('fcm', 'fcm_ios', 's1'), device('voip', 'apns_flutter_voip', 's1')];
    expect(idsOf('call.initiated', both)).toEqual(['voip']);
    expect(idsOf('call.initiated', [device('fcm', 'fcm_ios', 's1')])).toEqual(['fcm']);
  });

  test('goes by alert to a phone of another login, and by FCM to Android', () => {
    const devices = [...PHONE, device('other', 'apns_ios_device', 's2'), device('android', 'fcm_android', 's1')];
    expect(idsOf('call.initiated', devices)).toEqual(['voip', 'other', 'android']);
  });

  describe.each(['call.cancelled', 'call.unanswered'])('that is %s', (type) => {
    test('stops the ring by VoIP where it rang', () => {
      expect(idsOf(type, PHONE, new Set(['voip']))).toEqual(['voip']);
      const second = device('second', 'apns_ios_voip', 's2');
      expect(idsOf(type, [...PHONE, second], new Set(['voip']))).toEqual(['voip']);
    });

    test('is missed by alert where nothing rang: iOS participants an app that is woken by VoIP for no call', () => {
      expect(idsOf(type, PHONE)).toEqual(['alert']);
      expect(idsOf(type, PHONE, new Set())).toEqual(['alert']);
    });
  });

  test.each(['call.ongoing', 'call.rejected', 'call.busy', 'call.ended'])(
    'that is %s goes to the alert token: PushKit tolerates only rings and their end',
    (type) => {
      expect(idsOf(type, PHONE)).toEqual(['alert']);
    },
  );
});

test('whatever the devices, none is a target twice, and each target names its own push service', () => {
  const platforms = Object.keys(PLATFORMS) as Platform[];
  const devices = fc.uniqueArray(
    fc.record({
      id: fc.stringMatching(/^[a-z]{4}$/),
      platform: fc.constantFrom(...platforms),
      session: fc.option(fc.constantFrom('s1', 's2'), { nil: undefined }),
    }),
    { selector: (each) => each.id },
  );
  fc.assert(
    fc.property(devices, fc.constantFrom('message.sent', 'call.initiated', 'call.ended'), (all, type) => {
      const targets = deviceTargets(event(type), all);
      expect(new Set(targets.map((target) => target.deviceId)).size).toBe(targets.length);
      for (const target of targets) {
        const { platform } = all.find((each) => each.id === target.deviceId) as DeviceRef;
        expect(target.provider).toBe(PLATFORMS[platform].provider);
      }
    }),
  );
});
