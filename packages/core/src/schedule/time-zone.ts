/** `+05:30`, `-0330`, `+5`, with or without a leading `UTC` or `GMT`; the minus may be U+2212. */
const OFFSET = /^(?:UTC|GMT)? ?([+\u2212-])(\d{1,2})(?::?([0-5]\d))?$/i;

/**
 * The widest offset a phone can send.
 * https://docs.oracle.com/en/java/javase/21/docs/api/java.base/java/time/ZoneOffset.html
 */
const MAX_MINUTES = 18 * 60;

/**
 * Minutes that a fixed zone is ahead of UTC; undefined if the name is not an offset. Parsed here rather than by Intl,
 * which refuses offsets on Node 20. `Etc/GMT+5` is an IANA name, five hours behind.
 */
export function fixedOffset(name: string): number | undefined {
  const [, sign, hours = '', minutes = '0'] = OFFSET.exec(name) ?? [];
  if (sign === undefined) return undefined;
  const total = Number(hours) * 60 + Number(minutes);
  if (total > MAX_MINUTES) return undefined;
  return sign === '+' || total === 0 ? total : -total;
}

/** The stored form of a time zone: an offset as `+05:30`, a name without surrounding space. */
export function canonicalTimeZone(given: string): string {
  const name = given.trim();
  const offset = fixedOffset(name);
  if (offset === undefined) return name;
  const twoDigits = (number: number) => String(number).padStart(2, '0');
  const minutes = Math.abs(offset);
  return `${offset < 0 ? '-' : '+'}${twoDigits(Math.floor(minutes / 60))}:${twoDigits(minutes % 60)}`;
}

/** Names that Intl knows, as far as they were asked for: asking takes 50 µs, too long for each user of an import. */
const known = new Set<string>();

/** More than there are, aliases included; the case of letters does not matter, and could make up more. */
const MAX_KNOWN = 2000;

/** Whether a schedule can be evaluated in this zone: an offset, or a name known to this runtime's Intl. */
export function isTimeZone(name: string): boolean {
  if (known.has(name) || fixedOffset(name) !== undefined) return true;
  try {
    // Newer runtimes accept offsets that no zone has: a name must start with a letter.
    if (!/^[A-Za-z]/.test(name)) return false;
    new Intl.DateTimeFormat('en', { timeZone: name });
  } catch {
    return false;
  }
  if (known.size < MAX_KNOWN) known.add(name);
  return true;
}
