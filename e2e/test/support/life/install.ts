import { logIn, register } from '../devices.ts';
import { choose, mute } from '../received.ts';
import type { System } from '../system.ts';
import type { Person, Phone } from './people.ts';

const AT_ONCE = 25;

const registrationOf = ({ kind, token, voip, orphan }: Phone): object[] => {
  if (kind !== 'iphone') {
    return [{ platform: `fcm_${kind}`, providerId: orphan ? 'fcm-old' : 'fcm-1', fcmToken: token }];
  }
  return [
    { platform: 'apns_ios_device', providerId: 'apns-1', deviceToken: token },
    ...(voip === undefined ? [] : [{ platform: 'apns_ios_voip', providerId: 'apns-1', voipToken: voip }]),
  ];
};

async function muteAll(system: System, { uid, mutes }: Person): Promise<void> {
  for (const [key, until] of mutes) {
    const [type, id] = key.split(':') as [string, string];
    // What is to run out before the day begins has to begin in the future.
    const end = until === null ? null : Math.max(until, Date.now() + 5000);
    mutes.set(key, end);
    await mute(system, uid, { id, type, until: end });
  }
}

async function settle(system: System, person: Person): Promise<void> {
  const { uid, timezone, group, oneOnOne, dnd, schedule, phones, deactivated } = person;
  const mutePreferences = { ...(dnd ? { dnd } : {}), ...(schedule ? { schedule } : {}) };
  await choose(system, uid, { groupPreferences: group, oneOnOnePreferences: oneOnOne, mutePreferences });
  for (const phone of phones) await register(system, await logIn(system, uid), ...registrationOf(phone));
  await system.backend.put(`/v3/users/${uid}`, { name: uid, ...(timezone ? { timezone } : {}), deactivated });
}

/** Makes these people exist as they are described, by the API. */
export async function install(system: System, people: readonly Person[]): Promise<void> {
  for (const act of [muteAll, settle]) {
    for (let i = 0; i < people.length; i += AT_ONCE) {
      await Promise.all(people.slice(i, i + AT_ONCE).map((person) => act(system, person)));
    }
  }
}
