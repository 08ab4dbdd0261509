import { DAYS, type Person, type Phone, wallClock } from './people.ts';

/** A native event, as it is posted. */
// biome-ignore lint/suspicious/noExplicitAny: an event is read as JSON; the oracle knows no schema.
export type LifeEvent = Record<string, any> & { id: string; type: string };

/** The fate of one recipient: a reason, or pushes, each `<provider> <token or uid>`. */
export type Fate = { reason: string } | { pushes: string[] };

/** All that the decision may depend on, in the plainest form. */
export interface World {
  people: Map<string, Person>;
  guid: string;
  members: Set<string>;
  /** `<who blocks> <whom>`. */
  blocks: Set<string>;
  /** `preferences` of the app's settings. */
  // biome-ignore lint/suspicious/noExplicitAny: as the API gives it.
  app: any;
  appZone: string;
  webhook: boolean;
  authors: Map<string, string>;
  /** By thread. */
  followers: Map<string, Set<string>>;
  /** Who was sent a message, a reaction, a ring: by its id or session. */
  reached: Map<string, Set<string>>;
}

const RETRACTIONS = ['message.edited', 'message.deleted', 'reaction.removed'];
const MISSED = ['call.cancelled', 'call.unanswered'];

/** What an event changes before anybody is told: members, blocks, threads. */
export function apply(world: World, event: LifeEvent): void {
  const { type, sender, message } = event;
  const uids: string[] = (event.members ?? []).map(({ uid }: { uid: string }) => uid);
  for (const uid of uids) {
    if (type === 'group.member_joined' || type === 'group.member_added') world.members.add(uid);
    if (/^group.member_(left|kicked|banned)$/.test(type)) world.members.delete(uid);
    if (type === 'user.blocked') world.blocks.add(`${sender.uid} ${uid}`);
    if (type === 'user.unblocked') world.blocks.delete(`${sender.uid} ${uid}`);
  }
  if (type !== 'message.sent') return;
  world.authors.set(message.id, sender.uid);
  if (message.parentId === undefined) return;
  const followers = world.followers.get(message.parentId) ?? new Set();
  for (const uid of [sender.uid, world.authors.get(message.parentId), ...mentioned(message)]) {
    if (uid !== undefined) followers.add(uid);
  }
  world.followers.set(message.parentId, followers);
}

/** The fate of every user an event may concern, once it was applied (docs/rules/decision.md#order). */
export function fates(world: World, event: LifeEvent, now: number): Map<string, Fate> {
  const concerned = new Map<string, Fate>();
  for (const uid of audience(world, event)) {
    const person = world.people.get(uid);
    if (!person) throw new Error(`there is no ${uid}`);
    const reason =
      unwanted(world, person, event) ?? (goesPast(world, uid, event) ? undefined : quiet(world, person, event, now));
    concerned.set(uid, reason === undefined ? reach(world, person, event) : { reason });
  }
  return concerned;
}

function audience(world: World, event: LifeEvent): string[] {
  const { type, sender } = event;
  const gone = (event.members ?? []).map(({ uid }: { uid: string }) => uid);
  const removed = /^group.member_(left|kicked|banned)$/.test(type) ? gone : [];
  return everyone(world, event).filter((uid) => {
    if (uid === sender.uid || removed.includes(uid) || world.people.get(uid)?.deactivated) return false;
    return !world.blocks.has(`${uid} ${sender.uid}`) && !world.blocks.has(`${sender.uid} ${uid}`);
  });
}

function everyone(world: World, event: LifeEvent): string[] {
  const { type, conversation, message, reaction, call } = event;
  if (conversation === undefined || type === 'message.read') return [];
  if (message?.category === 'custom' && !message.sendNotification) return [];
  if (type === 'message.deleted') return [...(world.reached.get(message.id) ?? [])];
  if (type === 'message.edited') {
    // Who has left the group is shown nothing new.
    const isLeft = (uid: string) => conversation.type === 'group' && !world.members.has(uid);
    return [...(world.reached.get(message.id) ?? [])].filter((uid) => !isLeft(uid));
  }
  if (type === 'reaction.removed') return [...(world.reached.get(reaction.id) ?? [])];
  if (MISSED.includes(type)) return [...(world.reached.get(call.sessionId) ?? [])];
  if (conversation.type === 'user') return [conversation.id];
  if (type !== 'reaction.added' || world.app.group.reactionsSetting === 3) return [...world.members];
  const all = [...world.members].filter((uid) => {
    const person = world.people.get(uid);
    return person && groupChoice(world, person, 'reactions') === 3;
  });
  const author = [world.authors.get(reaction.messageId)].filter((uid) => uid !== undefined && world.members.has(uid));
  return [...new Set([...all, ...(author as string[])])];
}

const titled = (name: string) => name[0]?.toUpperCase() + name.slice(1);

/** The person's own value where the app lets it count, else the app's. */
function groupChoice({ app }: World, person: Person, name: string): number {
  const own = app.group[`${name}Override`] ? person.group[`group${titled(name)}`] : undefined;
  return own ?? app.group[`${name}Setting`];
}

function choice(world: World, person: Person, event: LifeEvent, name: string): number {
  if (event.conversation.type === 'group') return groupChoice(world, person, name);
  const own = world.app.oneOnOne[`${name}Override`] ? person.oneOnOne[`oneOnOne${titled(name)}`] : undefined;
  return own ?? world.app.oneOnOne[`${name}Setting`];
}

const mentioned = ({ text = '', mentions = [] }: { text?: string; mentions?: string[] }): string[] => [
  ...mentions,
  ...text
    .split('<@uid:')
    .slice(1)
    .map((rest) => rest.split('>')[0] as string),
];
const mentionsAll = ({ text = '', mentionsAll: all = false }: { text?: string; mentionsAll?: boolean }): boolean =>
  all || text.includes('<@all:');

/** The event preference's "no" (step 5). */
function unwanted(world: World, person: Person, event: LifeEvent): string | undefined {
  const { type, message, reaction } = event;
  const { uid } = person;
  if (type.startsWith('call.')) return world.app.call[`${type.slice(5)}Setting`] === 2 ? undefined : 'CALL_PREFERENCE';
  if (type.startsWith('group.')) {
    const name = `member${type.slice('group.member_'.length).split('_').map(titled).join('')}`;
    return groupChoice(world, person, name) === 2 ? undefined : 'GROUP_ACTIONS_PREFERENCE';
  }
  if (type === 'reaction.removed') return 'REACTION_REMOVED';
  if (type.startsWith('reaction.')) {
    const value = choice(world, person, event, 'reactions');
    const mine = world.authors.get(reaction.messageId) === uid;
    return value === 3 || (value === 2 && mine) ? undefined : 'REACTIONS_PREFERENCE';
  }
  if (type !== 'message.sent') {
    const scope = event.conversation.type === 'group' ? world.app.group : world.app.oneOnOne;
    const setting = type === 'message.edited' ? scope.messageEditedSetting : scope.messageDeletedSetting;
    return setting === 2 ? undefined : 'MESSAGE_ACTIONS_PREFERENCE';
  }
  const named = mentioned(message).includes(uid) || mentionsAll(message);
  const wants = (value: number, four: boolean) => value === 2 || (value === 3 && named) || (value === 4 && four);
  if (message.quotedMessageId !== undefined) {
    const mine = world.authors.get(message.quotedMessageId) === uid;
    return wants(choice(world, person, event, 'quotedReplies'), mine) ? undefined : 'QUOTED_REPLIES_PREFERENCE';
  }
  if (message.parentId !== undefined) {
    const follows = world.followers.get(message.parentId)?.has(uid) ?? false;
    return wants(choice(world, person, event, 'replies'), follows) ? undefined : 'REPLIES_PREFERENCE';
  }
  return wants(choice(world, person, event, 'messages'), false) ? undefined : 'MESSAGES_PREFERENCE';
}

/** A mention that the app lets past Do Not Disturb, mute and schedule (step 6). */
function goesPast({ app }: World, uid: string, { type, message }: LifeEvent): boolean {
  if (type !== 'message.sent') return false;
  if (app.bypassPreferencesForMentions && mentioned(message).includes(uid)) return true;
  return app.bypassPreferencesForAllMention && mentionsAll(message);
}

/** Do Not Disturb, mute, schedule: the first "no" (steps 7 to 9). */
function quiet(world: World, person: Person, event: LifeEvent, now: number): string | undefined {
  const { mute, call } = world.app;
  const { type, conversation, sender } = event;
  if (RETRACTIONS.includes(type)) return undefined;
  const isCall = type.startsWith('call.');
  const dnd = (mute.dndPreferenceOverride ? person.dnd : undefined) ?? mute.dndPreferenceSetting;
  if (dnd === 2 && !(isCall && call.ignoreDnd)) return 'DND_PREFERENCE';
  const group = conversation.type === 'group';
  const until = person.mutes.get(group ? `group:${conversation.id}` : `oneOnOne:${sender.uid}`);
  const mayMute = group ? mute.mutedGroupsOverride : mute.mutedOneOnOnesOverride;
  const muted = mayMute && (until === null || (until !== undefined && until > now));
  if (muted && !(isCall && call.ignoreMute)) return 'MUTE_PREFERENCE';
  return (isCall && call.ignoreSchedule) || isOpen(world, person, now) ? undefined : 'SCHEDULE_PREFERENCE';
}

const minutesOf = (hhmm: number) => Math.floor(hhmm / 100) * 60 + (hhmm % 100);

/** Whether one of the windows that opened today or yesterday is open: minutes are counted from yesterday's midnight. */
function isOpen({ app, appZone }: World, { schedule, timezone }: Person, now: number): boolean {
  const own = app.mute.schedulePreferenceOverride ? schedule : undefined;
  const week = { ...app.mute.schedulePreferenceSetting, ...own };
  const { day, minutes } = wallClock(timezone ?? appZone, now);
  const today = week[day];
  if (today.dnd) return false;
  const yesterday = week[DAYS[(DAYS.indexOf(day) + 6) % 7] as string];
  const clock = 1440 + minutes;
  return [yesterday, today].some(({ from, to, dnd }, i) => {
    const opens = i * 1440 + minutesOf(from);
    const closes = i * 1440 + minutesOf(to) + (from > to ? 1440 : 0);
    return !dnd && clock >= opens && clock <= closes;
  });
}

/** The ways to reach a user, or that there is none (step 10). In this day each call has one end that users get. */
function reach({ webhook, reached }: World, { uid, phones }: Person, { type, call }: LifeEvent): Fate {
  const stopsRinging = [...MISSED, 'call.ended'].includes(type) && reached.get(call.sessionId)?.has(uid);
  const byVoip = type === 'call.initiated' || stopsRinging;
  const usable = phones.filter(({ orphan }) => !orphan);
  const pushOf = ({ kind, token, voip }: Phone) => {
    if (kind !== 'iphone') return `fcm ${token}`;
    return byVoip && voip !== undefined ? `apns ${voip}` : `apns ${token}`;
  };
  const pushes = [...(webhook ? [`webhook ${uid}`] : []), ...usable.map(pushOf)];
  if (pushes.length > 0) return { pushes };
  return { reason: usable.length < phones.length ? 'INVALID_PUSH_PROVIDER_ID' : 'NO_TARGET' };
}
