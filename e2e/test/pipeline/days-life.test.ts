import { until } from '@fanfare/testkit';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { addPushProviders } from '../support/devices.ts';
import { day } from '../support/life/day.ts';
import { install } from '../support/life/install.ts';
import { apply, type Fate, fates, type LifeEvent, type World } from '../support/life/oracle.ts';
import { calmZones, makePeople, type Person } from '../support/life/people.ts';
import { deliveriesTo, set, tell } from '../support/received.ts';
import { BASIC_AUTH, type System, startSystem } from '../support/system.ts';

const PEOPLE = 500;
const GUID = 'life';
const PROVIDERS = '/v3/notifications/push/v1/providers';
const SETTINGS = '/v3/notifications/v1/settings';
/** Added in the course of the day. */
const NOT_YET = ['p-061', 'p-062', 'p-063'];

let system: System;
let world: World;
beforeAll(async () => {
  system = await startSystem();
  const now = Date.now();
  const appZone = calmZones(now)[0] as string;
  const people = makePeople(PEOPLE, GUID, appZone, now);
  await addPushProviders(system);
  await setUp(appZone, people);
  world = {
    people: new Map(people.map((person) => [person.uid, person])),
    guid: GUID,
    members: new Set(people.map(({ uid }) => uid).filter((uid) => !NOT_YET.includes(uid))),
    blocks: new Set(),
    app: await appPreferences(),
    appZone,
    webhook: false,
    authors: new Map(),
    followers: new Map(),
    reached: new Map(),
  };
}, 120_000);
afterAll(() => system[Symbol.asyncDispose]());

async function setUp(timezone: string, people: Person[]): Promise<void> {
  const { backend, hooks } = system;
  const serviceAccountCreds = await hooks.fcm.demoServiceAccount('demo-project-old');
  const old = { providerId: 'fcm-old', serviceAccountFilename: 'sa.json', serviceAccountCreds };
  expect((await backend.post(`${PROVIDERS}/fcm`, old)).status).toBe(200);
  await install(system, people);
  const oneSecondMutes = people
    .flatMap(({ mutes }) => [...mutes.values()])
    .filter((end) => end !== null && end < Date.now() + 60_000);
  await until(() => oneSecondMutes.every((end) => Number(end) < Date.now()), 'the short mutes run out');
  await backend.delete(`${PROVIDERS}/fcm/fcm-old`);
  await backend.delete(`${PROVIDERS}/custom`);
  await backend.put(`/v3/groups/${GUID}`, {});
  await backend.loadMembers(
    GUID,
    people.map(({ uid }) => uid).filter((uid) => !NOT_YET.includes(uid)),
  );
  const group = { memberLeftSetting: 2, memberKickedSetting: 2, memberScopeChangedSetting: 2 };
  await set(system, { timezone, preferences: { group } });
}

const appPreferences = async () => (await system.backend.get(SETTINGS)).body.data.preferences;

const CHANGES: Record<string, () => Promise<unknown>> = {
  'calls go through Do Not Disturb and mutes, keep to schedules, and no one is notified that one goes on': () =>
    set(system, {
      preferences: { call: { ignoreDnd: true, ignoreMute: true, ignoreSchedule: false, ongoingSetting: 1 } },
    }),
  'the webhook is switched on': async () => {
    const { username: basicAuthUsername, password: basicAuthPassword } = BASIC_AUTH;
    const webhookURL = `${system.hooks.url}/webhook/hook`;
    const webhook = { webhookURL, useBasicAuth: true, basicAuthUsername, basicAuthPassword };
    expect((await system.backend.post(`${PROVIDERS}/custom`, webhook)).status).toBe(200);
    world.webhook = true;
  },
  'mentions go past Do Not Disturb, mutes and schedules': () =>
    set(system, { preferences: { bypassPreferencesForMentions: true, bypassPreferencesForAllMention: true } }),
  'people have no say in messages and schedules, and deletions are not told': () =>
    set(system, {
      preferences: {
        group: { messagesOverride: false, messageDeletedSetting: 1 },
        mute: { schedulePreferenceOverride: false },
      },
    }),
  'reactions are for everyone': () => set(system, { preferences: { group: { reactionsSetting: 3 } } }),
  'a user is deactivated': async () => {
    await system.backend.put('/v3/users/p-205', { deactivated: true });
    (world.people.get('p-205') as Person).deactivated = true;
  },
};

const pushesOf = (fate: Fate): string[] => ('pushes' in fate ? fate.pushes : []);
const isDead = (push: string) => push.includes('tok_unregistered_');
const sorted = (list: string[]) => list.toSorted((a, b) => (a < b ? -1 : 1));

/** Every push that arrived, on all ways. */
function arrived(): string[] {
  const { hooks, hook } = system;
  return sorted([
    ...hooks.fcm.requests().map(({ token }) => `fcm ${token}`),
    ...hooks.apns.requests().map(({ token }) => `apns ${token}`),
    ...deliveriesTo(hook).map(({ uid }) => `webhook ${uid}`),
  ]);
}

function countsOf(expected: Map<string, Fate>) {
  const suppressed: Record<string, number> = {};
  for (const fate of expected.values()) {
    if ('reason' in fate) suppressed[fate.reason] = (suppressed[fate.reason] ?? 0) + 1;
  }
  const pushes = [...expected.values()].flatMap(pushesOf);
  const dead = pushes.filter(isDead).length;
  return {
    audience: expected.size,
    planned: pushes.length,
    suppressed,
    accepted: pushes.length - dead,
    token_dead: dead,
    rejected: 0,
    expired: 0,
    superseded: 0,
    pending: 0,
  };
}

/** What the oracle has to know of what was sent: whom it reached, and which tokens are no more. */
function remember({ type, message, reaction, call }: LifeEvent, expected: Map<string, Fate>): void {
  const reached = [...expected].filter(([, fate]) => pushesOf(fate).some((push) => !isDead(push)));
  const names: Record<string, string> = {
    'message.sent': message?.id,
    'reaction.added': reaction?.id,
    'call.initiated': call?.sessionId,
  };
  const name = names[type];
  if (name !== undefined) world.reached.set(name, new Set(reached.map(([uid]) => uid)));
  const dead = new Set([...expected.values()].flatMap(pushesOf).filter(isDead));
  for (const person of world.people.values()) {
    person.phones = person.phones.filter(({ token }) => !dead.has(`fcm ${token}`));
  }
}

/** That the trace of one recipient of each fate says what the oracle says. */
async function expectTraces(id: string, expected: Map<string, Fate>): Promise<void> {
  const oneOfEach = new Map([...expected].map(([uid, fate]) => ['reason' in fate ? fate.reason : 'sent', uid]));
  for (const uid of oneOfEach.values()) {
    const fate = expected.get(uid) as Fate;
    const { body } = await system.backend.get(`/v3/events/${id}/recipients/${uid}`);
    const { reason, targets } = body.data;
    const told = 'reason' in fate ? { reason: fate.reason, targets: 0 } : { targets: fate.pushes.length };
    expect({ id, uid, reason, targets: targets.length }).toEqual({ id, uid, ...told });
  }
}

/** One event through the real system and the oracle; its counts. */
async function live(event: LifeEvent) {
  for (const receiver of [system.hooks.fcm, system.hooks.apns, system.hook]) receiver.clear();
  apply(world, event);
  const expected = fates(world, event, Date.now());
  const counts = await tell(system, event);
  const label = `${event.id} ${event.type}`;
  const pushes = arrived();
  expect({ label, pushes }).toEqual({ label, pushes: sorted([...expected.values()].flatMap(pushesOf)) });
  expect({ label, ...counts }).toEqual({ label, ...countsOf(expected) });
  await expectTraces(event.id, expected);
  remember(event, expected);
  return { ...counts, reached: new Set(pushes.map((push) => /p-\d+/.exec(push)?.[0])).size };
}

test('500 users live through a day, and each is notified of exactly what they should be', async () => {
  const totals: Record<string, number> = {};
  const add = (name: string, n: number) => {
    totals[name] = (totals[name] ?? 0) + n;
  };
  for (const step of day(GUID)) {
    if (step.type === 'change') {
      const change = CHANGES[step.change];
      if (!change) throw new Error(`no such change: ${step.change}`);
      await change();
      world.app = await appPreferences();
      continue;
    }
    const { audience, reached, suppressed, planned, ...outcomes } = await live({ ...step, sentAt: Date.now() });
    const kept = Object.values<number>(suppressed).reduce((sum, n) => sum + n, 0);
    const ended = Object.values<number>(outcomes).reduce((sum, n) => sum + n, 0);
    expect({ id: step.id, people: reached + kept, deliveries: ended }).toEqual({
      id: step.id,
      people: audience,
      deliveries: planned,
    });
    add('reached', reached);
    add('audience', audience);
    add('suppressed', kept);
    add('planned', planned);
    for (const [reason, n] of Object.entries<number>(suppressed)) add(reason, n);
  }
  // Every reason there is for a person occurred, and yet many were reached.
  expect(Object.keys(totals)).toEqual(
    expect.arrayContaining([
      'CALL_PREFERENCE',
      'DND_PREFERENCE',
      'GROUP_ACTIONS_PREFERENCE',
      'INVALID_PUSH_PROVIDER_ID',
      'MESSAGES_PREFERENCE',
      'MESSAGE_ACTIONS_PREFERENCE',
      'MUTE_PREFERENCE',
      'NO_TARGET',
      'QUOTED_REPLIES_PREFERENCE',
      'REACTIONS_PREFERENCE',
      'REACTION_REMOVED',
      'REPLIES_PREFERENCE',
      'SCHEDULE_PREFERENCE',
    ]),
  );
  console.log(JSON.stringify(totals));
  expect(totals.planned).toBeGreaterThan(5000);
}, 240_000);
