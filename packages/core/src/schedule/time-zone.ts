/** `+05:30`, `-0330`, `+5`, with or without `UTC` or `GMT` in front; a minus may be the typographical one. */
const OFFSET = /^(?:UTC|GMT)? ?([+\u2212-])(\d{1,2})(?::?([0-5]\d))?$/i;

/** As far from UTC as offsets go on phones: https://docs.oracle.com/en/java/javase/21/docs/api/java.base/java/time/ZoneOffset.html */
const MAX_MINUTES = 18 * 60;

/**
 * The minutes by which a fixed zone is ahead of UTC; undefined where the name is no offset. Read here and not by Intl,
 * which refuses offsets on Node 20. `Etc/GMT+5` is an IANA name of its own, five hours behind.
 */
export function fixedOffset(name: string): number | undefined {
  const [, sign, hours = '', minutes = '0'] = OFFSET.exec(name) ?? [];
  if (sign === undefined) return undefined;
  const total = Number(hours) * 60 + Number(minutes);
  if (total > MAX_MINUTES) return undefined;
  return sign === '+' || total === 0 ? total : -total;
}

/** A time zone as it is stored: an offset as `+05:30`, anything else without the space around it. */
export function canonicalTimeZone(given: string): string {
  const name = given.trim();
  const offset = fixedOffset(name);
  if (offset === undefined) return name;
  const twoDigits = (number: number) => String(number).padStart(2, '0');
  const minutes = Math.abs(offset);
  return `${offset < 0 ? '-' : '+'}${twoDigits(Math.floor(minutes / 60))}:${twoDigits(minutes % 60)}`;
}

/** Whether a schedule can be read in this zone: an offset, or a name that this runtime's Intl knows. */
export function isTimeZone(name: string): boolean {
  if (fixedOffset(name) !== undefined) return true;
  try {
    // Newer runtimes take more offsets than are any zone's: a name begins with a letter.
    return /^[A-Za-z]/.test(name) && new Intl.DateTimeFormat('en', { timeZone: name }) !== undefined;
  } catch {
    return false;
  }
}
