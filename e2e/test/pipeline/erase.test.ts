import { until } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { ANDROID, addPushProviders, logIn, register, VOIP } from '../support/devices.ts';
import { aCall, aGroupMessage, aMessage } from '../support/events.ts';
import { startProcess } from '../support/process.ts';
import { choose, mute, received, set, tell } from '../support/received.ts';
import { type System, startSystem } from '../support/system.ts';
import { kindOf, type RedisKey, wholeRedis } from '../support/whole-redis.ts';

const UID = 'person-to-erase';
const VICTOR = { uid: UID, name: 'Victor' };
/** Seven days, and what is left of the day of a bucket. */
const RETENTION_MS = 8 * 24 * 3_600_000;

/** The registry's kinds of keys that name a person. */
const REGISTRY = [
  ...['user', 'session', 'sessions', 'tokens', 'members', 'blocked', 'blockedby', 'mutedby', 'thread', 'threads'],
  ...['unread', 'reactionfollowers'],
];

/** The ledger's kinds of keys that are about an event, a message, a reaction or a call. */
const LEDGER = ['ev', 'plan', 'at', 'msg', 'rx', 'call', 'lastcall'];

const toVictor = (changes: object = {}) => aMessage({ conversation: { type: 'user', id: UID }, ...changes });

/** All that a person sets, and all that others set about them. */
async function victorLives(system: System): Promise<void> {
  const { backend } = system;
  await backend.put(`/v3/users/${UID}`, { name: VICTOR.name, timezone: 'Asia/Tokyo', locale: 'ja' });
  await register(system, await logIn(system, UID), { ...ANDROID, fcmToken: 'tok_victor' });
  await register(system, await logIn(system, UID), { ...VOIP, voipToken: 'tok_victor_voip' });
  await choose(system, UID, { groupPreferences: { groupReactions: 3 }, usePrivacyTemplate: true });
  for (const guid of ['hiking', 'chess']) await backend.loadMembers(guid, ['alice', 'bob', UID]);
  await mute(system, UID, { id: 'carol', type: 'oneOnOne' });
  await mute(system, UID, { id: 'chess', type: 'group' });
  await mute(system, 'bob', { id: UID, type: 'oneOnOne' });
  await backend.post(`/v3/users/${UID}/blockedusers`, { blockedUids: ['dave'] });
  await backend.post('/v3/users/erin/blockedusers', { blockedUids: [UID] });
  await backend.post(`/v3/messages/101/thread/subscription?uid=${UID}`, {});
}

/** All that happens to a person while the sender runs, a delivery that is given up among it. */
async function victorIsTold(system: System): Promise<void> {
  await using sender = await startProcess('sender', system.env);
  await tell(system, aMessage({ id: 'by-victor', sender: VICTOR, message: { id: '101', text: 'hi' } }));
  await tell(system, {
    ...toVictor({
      id: 'reacted',
      type: 'reaction.added',
      sender: VICTOR,
      conversation: { type: 'group', id: 'hiking' },
    }),
    message: undefined,
    reaction: { id: 'r-1', reaction: '🎉', messageId: '101', messageSender: 'bob' },
  } as { id: string });
  const reply = { id: '102', text: 'hi', parentId: '101' };
  await tell(system, aGroupMessage('hiking', { sender: VICTOR, message: reply }));
  await tell(system, aCall({ conversation: { type: 'user', id: UID } }));
  system.hook.configure({ behaviour: { status: 400 } });
  expect(await tell(system, toVictor())).toMatchObject({ rejected: 1 });
  system.hook.configure({});
  expect(await sender.stop()).toBe(0);
}

/** What Redis holds of a user who is erased. */
const keysWith = async ({ redis }: System, needle: string) =>
  (await wholeRedis(redis.redis)).filter(({ name, content }) => `${name}\n${content}`.includes(needle));

const kindsWith = async (system: System, needle: string) =>
  [...new Set((await keysWith(system, needle)).map(({ name }) => kindOf(name)))].sort();

/** Waits until so many deliveries of an event wait for the sender. */
const queued = (system: System, id: string, count: number) =>
  until(async () => {
    const { state, counts } = (await system.backend.get(`/v3/events/${id}`)).body.data;
    return state === 'delivering' && counts.pending === count;
  }, `${count} deliveries of ${id} are queued`);

/** The longest that a key of each kind lives yet. */
function printKinds(keys: readonly RedisKey[]): void {
  const days = new Map<string, number>();
  for (const { name, ttlMs } of keys) days.set(kindOf(name), Math.max(days.get(kindOf(name)) ?? 0, ttlMs / 86_400_000));
  const lines = [...days].sort().map(([kind, most]) => `  ${kind.padEnd(10)}${most.toFixed(1)} days\n`);
  process.stdout.write(`An erased person is left in these kinds of keys, at most for:\n${lines.join('')}`);
}

async function startWithVictor(): Promise<System> {
  const system = await startSystem({ apps: ['fanout'] });
  await addPushProviders(system);
  await set(system, { badge: true });
  for (const guid of ['hiking', 'chess']) await system.backend.put(`/v3/groups/${guid}`, {});
  await victorLives(system);
  await victorIsTold(system);
  return system;
}

test('an erased user is sent nothing that was queued, and stays in the ledger for at most 8 days', async () => {
  await using system = await startWithVictor();
  const [one, group] = [toVictor(), aGroupMessage('hiking')];
  await system.backend.post('/v3/events', [one, group]);
  await queued(system, one.id, 2);
  await queued(system, group.id, 3);
  const before = await kindsWith(system, UID);
  expect([...REGISTRY, ...LEDGER].filter((kind) => !before.includes(kind))).toEqual([]);
  const sentBefore = [received(system).length, system.hooks.fcm.counts().received];

  expect((await system.backend.delete(`/v3/users/${UID}`)).status).toBe(200);
  expect((await system.backend.get(`/v3/users/${UID}`)).status).toBe(404);

  await using _sender = await startProcess('sender', system.env);
  expect(await system.done(one.id)).toMatchObject({ planned: 2, superseded: 2, accepted: 0 });
  expect(await system.done(group.id)).toMatchObject({ planned: 3, superseded: 2, accepted: 1 });
  const later = received(system).slice(sentBefore[0]);
  expect(later.map(({ uid }) => uid)).toEqual(['bob']);
  expect(system.hooks.fcm.counts().received).toBe(sentBefore[1]);

  const left = await keysWith(system, UID);
  printKinds(left);
  // In the registry only the tombstone, and for an hour that the live tail is without them.
  const kinds = new Set(left.map(({ name }) => kindOf(name)));
  kinds.delete('outcomes');
  expect([...kinds].sort()).toEqual([...LEDGER, 'outcomes-without', 'user'].sort());
  for (const { name, ttlMs } of left) {
    expect([name, ttlMs > 0 && ttlMs <= RETENTION_MS]).toEqual([name, true]);
  }
  expect(await keysWith(system, 'tok_victor')).toEqual([]);
});
