export const DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;
export type DayOfWeek = (typeof DAYS)[number];

/** The zone where nobody has said another. */
export const UTC = 'UTC';

/** What a clock on the wall and a calendar show in one time zone. */
export interface WallClock {
  zone: string;
  today: DayOfWeek;
  yesterday: DayOfWeek;
  /** HHMM, 0 to 2359. */
  time: number;
}

interface Zone {
  format: Intl.DateTimeFormat;
  /** The last minute asked for (epoch minutes), and what the clock showed. */
  minute: number;
  clock: WallClock;
}

/** More than there are zones (about 420, and as many older names); one takes about 50 KB of the runtime's memory. */
const MAX_ZONES = 500;
/** By name, oldest first; undefined: this runtime knows no such zone. */
const zones = new Map<string, Zone | undefined>();

const MINUTE_MS = 60_000;

/**
 * What the clocks of a zone show at `now` (epoch ms), daylight saving included, as the runtime's Intl knows it.
 * Undefined for a name that is no zone; UTC is always one. Keeps its formatters and each zone's last answer, so that
 * asking again within the minute costs a look into a map; an answer is never changed.
 */
export function wallClock(zone: typeof UTC, now: number): WallClock;
export function wallClock(zone: string, now: number): WallClock | undefined;
export function wallClock(name: string, now: number): WallClock | undefined {
  const known = zones.get(name);
  const zone = known === undefined && !zones.has(name) ? remember(name, now) : known;
  if (!zone) return undefined;
  const minute = Math.floor(now / MINUTE_MS);
  if (zone.minute !== minute) {
    zone.clock = read(zone.format, name, now);
    zone.minute = minute;
  }
  return zone.clock;
}

function remember(name: string, now: number): Zone | undefined {
  const [oldest] = zones.keys();
  if (zones.size >= MAX_ZONES && oldest !== undefined) zones.delete(oldest);
  const format = formatter(name);
  const zone = format && { format, minute: Math.floor(now / MINUTE_MS), clock: read(format, name, now) };
  zones.set(name, zone);
  return zone;
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
