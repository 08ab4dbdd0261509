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
const idsOf = (type: string, devices: DeviceRef[], options?: Parameters<typeof deviceTargets>[2]) =>
  deviceTargets(event(type), devices, options).map((target) => target.deviceId);

/** A ring that this event ends on these devices, or that has ended there. */
const endedNow = (...ids: string[]) => ({ ring: { devices: new Set(ids), isEndedNow: true } });
const endedBefore = (...ids: string[]) => ({ ring: { devices: new Set(ids), isEndedNow: false } });

const LATER = ['ongoing', 'rejected', 'busy', 'cancelled', 'unanswered', 'ended'].map((state) => `call.${state}`);

const PHONE = [device('alert', 'apns_ios_device', 's1'), device('voip', 'apns_ios_voip', 's1')];

describe('a message', () => {
  test('goes to every device but VoIP tokens', () => {
    const devices = [...PHONE, device('android', 'fcm_android', 's2'), device('web', 'fcm_web', 's3')];
    expect(idsOf('message.sent', devices)).toEqual(['alert', 'android', 'web']);
  });
});

describe('a call', () => {
  test('goes by VoIP where the session has it, and not to the alert token of the same phone', () => {
    expect(idsOf('call.initiated', PHONE)).toEqual(['voip']);
  });

  test('goes to the FCM token of an iPhone only where it has no VoIP token', () => {
    const both = [device('fcm', 'fcm_ios', 's1'), device('voip', 'apns_flutter_voip', 's1')];
    expect(idsOf('call.initiated', both)).toEqual(['voip']);
    expect(idsOf('call.initiated', [device('fcm', 'fcm_ios', 's1')])).toEqual(['fcm']);
  });

  test('goes by alert to a phone of another session, and by FCM to Android', () => {
    const devices = [...PHONE, device('other', 'apns_ios_device', 's2'), device('android', 'fcm_android', 's1')];
    expect(idsOf('call.initiated', devices)).toEqual(['voip', 'other', 'android']);
  });

  describe.each(LATER)('that is %s', (type) => {
    test('stops by VoIP where it rang by VoIP', () => {
      expect(idsOf(type, PHONE, endedNow('voip'))).toEqual(['voip']);
      const second = device('second', 'apns_ios_voip', 's2');
      expect(idsOf(type, [...PHONE, second], endedNow('voip'))).toEqual(['voip']);
    });

    test('stops on a phone that has a VoIP token alone', () => {
      expect(idsOf(type, [device('voip', 'apns_ios_voip', 's1')], endedNow('voip'))).toEqual(['voip']);
    });

    test('goes by alert where the ring has ended or never began: iOS kills an app woken by VoIP without a call', () => {
      expect(idsOf(type, PHONE)).toEqual(['alert']);
      expect(idsOf(type, PHONE, endedNow())).toEqual(['alert']);
      expect(idsOf(type, PHONE, endedBefore('voip'))).toEqual(['alert']);
    });

    test('leaves the device alone that brought it about', () => {
      const devices = [...PHONE, device('android', 'fcm_android', 's2')];
      const acting = (session: string) => idsOf(type, devices, { ...endedNow('voip', 'android'), acting: session });
      expect(acting('s1')).toEqual(['android']);
      expect(acting('s2')).toEqual(['voip']);
    });
  });
});

describe('whatever the devices and wherever it rang', () => {
  const platforms = Object.keys(PLATFORMS) as Platform[];
  const session = fc.option(fc.constantFrom('s1', 's2'), { nil: undefined });
  const devices = fc.uniqueArray(
    fc.record({ id: fc.constantFrom(...'abcdefgh'), platform: fc.constantFrom(...platforms), session }),
    { selector: (each) => each.id },
  );
  const ring = fc.record({
    devices: fc.uniqueArray(fc.constantFrom(...'abcdefgh')).map((ids) => new Set(ids)),
    isEndedNow: fc.boolean(),
  });
  const options = fc.record({ ring: fc.option(ring, { nil: undefined }), acting: session });
  const types = fc.constantFrom('message.sent', 'call.initiated', ...LATER);
  const isVoip = ({ platform }: DeviceRef) => PLATFORMS[platform].kind === 'voip';
  const isIos = ({ platform }: DeviceRef) => PLATFORMS[platform].os === 'ios';

  const check = (property: (type: string, all: DeviceRef[], chosen: DeviceRef[], given: Given) => void) =>
    fc.assert(
      fc.property(types, devices, options, (type, all, given) => {
        const ids = new Set(idsOf(type, all, given));
        const chosen = all.filter(({ id }) => ids.has(id));
        property(type, all, chosen, given);
      }),
    );
  type Given = NonNullable<Parameters<typeof deviceTargets>[2]>;

  test('none is a target twice, and each target names its own push service', () => {
    fc.assert(
      fc.property(types, devices, options, (type, all, given) => {
        const targets = deviceTargets(event(type), all, given);
        expect(new Set(targets.map((target) => target.deviceId)).size).toBe(targets.length);
        for (const target of targets) {
          const { platform } = all.find((each) => each.id === target.deviceId) as DeviceRef;
          expect(target.provider).toBe(PLATFORMS[platform].provider);
        }
      }),
    );
  });

  test('VoIP gets the ring and its one end where it rang, and nothing else', () => {
    check((type, all, chosen, { ring: given, acting }) => {
      const stops = LATER.includes(type) && given?.isEndedNow ? given.devices : new Set<string>();
      const wanted = all.filter(
        (each) => isVoip(each) && (type === 'call.initiated' || stops.has(each.id)) && !isActing(each, acting),
      );
      expect(chosen.filter(isVoip)).toEqual(wanted);
    });
  });

  test('every device but the acting one is reached, itself or through the VoIP token of its session', () => {
    check((_type, all, chosen, { acting }) => {
      for (const each of all.filter((one) => !isVoip(one) && !isActing(one, acting))) {
        const byVoip = isIos(each) && chosen.some((one) => isVoip(one) && one.session === each.session);
        if (each.session === undefined || !byVoip) expect(chosen).toContain(each);
        else expect(chosen).not.toContain(each);
      }
    });
  });

  const isActing = (each: DeviceRef, acting: string | undefined) => acting !== undefined && each.session === acting;
});
