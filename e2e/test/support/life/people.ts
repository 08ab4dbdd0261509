/** One phone or browser, logged in on its own. */
export interface Phone {
  kind: 'android' | 'web' | 'iphone';
  token: string;
  /** An iPhone's second token, for calls. */
  voip?: string;
  /** The credential it is registered with is deleted before the day begins. */
  orphan?: boolean;
}

/** A window of one day, HHMM. */
interface Window {
  from: number;
  to: number;
  dnd: boolean;
}

/** A member of the group, as the test made them; what is absent was never set. */
export interface Person {
  uid: string;
  timezone: string | undefined;
  group: Record<string, number>;
  oneOnOne: Record<string, number>;
  dnd: number | undefined;
  schedule: Record<string, Window> | undefined;
  /** `group:<guid>` or `oneOnOne:<uid>`: until when (epoch ms), or forever. */
  mutes: Map<string, number | null>;
  deactivated: boolean;
  phones: Phone[];
}

export const DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];

const ZONES = [
  'Pacific/Honolulu',
  'America/Los_Angeles',
  'America/St_Johns',
  'America/Sao_Paulo',
  'Europe/London',
  'Europe/Berlin',
  'Africa/Nairobi',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Asia/Tokyo',
  'Australia/Adelaide',
  'Pacific/Chatham',
  'Pacific/Kiritimati',
];

/** The wall clock of a zone: the day's name, and the minutes since its midnight. */
export function wallClock(timezone: string, now: number): { day: string; minutes: number } {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    weekday: 'long',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(now);
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? '';
  return { day: part('weekday').toLowerCase(), minutes: Number(part('hour')) * 60 + Number(part('minute')) };
}

/** Zones in which no day begins while the test runs. */
export const calmZones = (now: number): string[] =>
  ZONES.filter((zone) => {
    const { minutes } = wallClock(zone, now);
    return minutes >= 10 && minutes < 1430;
  });

/** Numbers from 0 up to 1, the same for the same seed (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** People of all sorts: choices, zones, schedules around `now` (edges at least half an hour away), mutes, phones. */
export function makePeople(count: number, guid: string, appZone: string, now: number): Person[] {
  const random = numbers(500);
  const zones = calmZones(now);
  const chance = (share: number) => random() < share;
  const one = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const between = (low: number, high: number) => low + Math.floor(random() * (high - low));

  const choices = (prefix: string, highest: Record<string, number>) =>
    Object.fromEntries(
      Object.entries(highest).flatMap(([name, most]) =>
        chance(0.3) ? [[`${prefix}${name}`, between(1, most + 1)]] : [],
      ),
    );
  const hhmm = (minutes: number) => {
    const wrapped = (minutes + 2880) % 1440;
    return Math.floor(wrapped / 60) * 100 + (wrapped % 60);
  };
  const windowAround = (minutes: number): Window => {
    const away = () => between(30, 600);
    const [from, to] = one([
      [minutes - away(), minutes + away()],
      [minutes + away(), minutes + 600 + away()],
      [minutes - 600 - away(), minutes - away()],
    ]) as [number, number];
    return { from: hhmm(from), to: hhmm(to), dnd: chance(0.1) };
  };
  const scheduleIn = (zone: string) => {
    const { minutes } = wallClock(zone, now);
    return Object.fromEntries(DAYS.filter(() => chance(0.8)).map((day) => [day, windowAround(minutes)]));
  };
  const mutesOf = (): [string, number | null][] => {
    const until = one([null, now + 3_600_000, now + 3_000]);
    return [...(chance(0.15) ? [`group:${guid}`] : []), ...(chance(0.3) ? ['oneOnOne:p-001'] : [])].map((id) => [
      id,
      until,
    ]);
  };
  const phonesOf = (uid: string): Phone[] => [
    ...(chance(0.5) ? [{ kind: 'android', token: `tok_android_${uid}` } as const] : []),
    ...(chance(0.25) ? [{ kind: 'web', token: `tok_web_${uid}` } as const] : []),
    ...(chance(0.35)
      ? [{ kind: 'iphone', token: `tok_iphone_${uid}`, ...(chance(0.6) ? { voip: `tok_voip_${uid}` } : {}) } as const]
      : []),
    ...(chance(0.05) ? [{ kind: 'android', token: `tok_orphan_${uid}`, orphan: true } as const] : []),
  ];

  return Array.from({ length: count }, (_, i) => {
    const uid = `p-${String(i).padStart(3, '0')}`;
    const timezone = chance(0.8) ? one(zones) : undefined;
    const person: Person = {
      uid,
      timezone,
      group: choices('group', {
        Messages: 3,
        Replies: 4,
        QuotedReplies: 4,
        Reactions: 3,
        MemberLeft: 2,
        MemberAdded: 2,
        MemberJoined: 2,
        MemberKicked: 2,
        MemberBanned: 2,
        MemberUnbanned: 2,
        MemberScopeChanged: 2,
      }),
      oneOnOne: choices('oneOnOne', { Messages: 3, Replies: 4, QuotedReplies: 4, Reactions: 3 }),
      dnd: chance(0.15) ? between(1, 3) : undefined,
      schedule: chance(0.4) ? scheduleIn(timezone ?? appZone) : undefined,
      mutes: new Map(mutesOf()),
      deactivated: i > 20 && chance(0.03),
      phones: phonesOf(uid),
    };
    // Few enough that the credential is not suspected.
    if (i % 100 === 50) person.phones.push({ kind: 'web', token: `tok_unregistered_${uid}` });
    return person;
  });
}
