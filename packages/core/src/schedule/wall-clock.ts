import { fixedOffset } from './time-zone.ts';

export const DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;
export type DayOfWeek = (typeof DAYS)[number];

/** The default zone. */
export const UTC = 'UTC';

/** What a wall clock and a calendar show in one time zone. */
export interface WallClock {
  zone: string;
  today: DayOfWeek;
  yesterday: DayOfWeek;
  /** HHMM, 0 to 2359. */
  time: number;
}

interface Zone {
  read(now: number): WallClock;
  /** The last minute that was read (epoch minutes), and what the clock showed. */
  minute: number;
  clock: WallClock;
}

/** More than there are zones (about 420, and as many older names); each takes about 50 KB of memory. */
const MAX_ZONES = 500;
/**
 * By name, oldest first; undefined: a zone unknown to this runtime. A plain Map, since every decision looks here: a hit
 * took 14 ns, with lru-cache 57 ns.
 */
const zones = new Map<string, Zone | undefined>();

const MINUTE_MS = 60_000;

/**
 * The clock of a zone at `now` (epoch ms), with daylight saving from the runtime's Intl, or by a fixed offset.
 * Undefined for an unknown zone; UTC always exists. Formatters and each zone's last result are cached: a second call
 * within the minute is one map lookup. The result is immutable.
 */
export function wallClock(zone: typeof UTC, now: number): WallClock;
export function wallClock(zone: string, now: number): WallClock | undefined;
export function wallClock(name: string, now: number): WallClock | undefined {
  const known = zones.get(name);
  const zone = known === undefined && !zones.has(name) ? remember(name, now) : known;
  if (!zone) return undefined;
  const minute = Math.floor(now / MINUTE_MS);
  if (zone.minute !== minute) {
    zone.clock = zone.read(now);
    zone.minute = minute;
  }
  return zone.clock;
}

function remember(name: string, now: number): Zone | undefined {
  const [oldest] = zones.keys();
  if (zones.size >= MAX_ZONES && oldest !== undefined) zones.delete(oldest);
  const read = readerOf(name);
  const zone = read && { read, minute: Math.floor(now / MINUTE_MS), clock: read(now) };
  zones.set(name, zone);
  return zone;
}

/** The reader of a zone's clock; undefined if there is no such zone. */
function readerOf(name: string): Zone['read'] | undefined {
  const offset = fixedOffset(name);
  if (offset !== undefined) return (now) => readFixed(offset, name, now);
  const format = formatter(name);
  return format && ((now) => read(format, name, now));
}

function formatter(timeZone: string): Intl.DateTimeFormat | undefined {
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone,
      weekday: 'long',
      hour: 'numeric',
      minute: 'numeric',
      hourCycle: 'h23',
    });
  } catch {
    return undefined;
  }
}

const DAY_BEFORE: Record<DayOfWeek, DayOfWeek> = {
  monday: 'sunday',
  tuesday: 'monday',
  wednesday: 'tuesday',
  thursday: 'wednesday',
  friday: 'thursday',
  saturday: 'friday',
  sunday: 'saturday',
};

function read(format: Intl.DateTimeFormat, zone: string, now: number): WallClock {
  const parts = format.formatToParts(now);
  const part = (type: string) => parts.find((candidate) => candidate.type === type)?.value ?? '';
  const today = part('weekday').toLowerCase() as DayOfWeek;
  return { zone, today, yesterday: DAY_BEFORE[today], time: Number(part('hour')) * 100 + Number(part('minute')) };
}

function readFixed(offset: number, zone: string, now: number): WallClock {
  const local = new Date(now + offset * MINUTE_MS);
  // Weeks start on Sunday here, on Monday in our settings.
  const today = DAYS[(local.getUTCDay() + 6) % DAYS.length] as DayOfWeek;
  return { zone, today, yesterday: DAY_BEFORE[today], time: local.getUTCHours() * 100 + local.getUTCMinutes() };
}
