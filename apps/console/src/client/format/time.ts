const UNITS = [
  { ms: 86_400_000, name: 'd' },
  { ms: 3_600_000, name: 'h' },
  { ms: 60_000, name: 'min' },
  { ms: 1000, name: 's' },
] as const;

/** A duration in its largest unit, rounded down: `3 min`; under a second in ms. */
export function duration(ms: number): string {
  const unit = UNITS.find((each) => ms >= each.ms);
  return unit ? `${Math.floor(ms / unit.ms)} ${unit.name}` : `${Math.round(ms)} ms`;
}

/** How long ago something was: `3 min ago`. */
export const ago = (at: number, now: number): string => (now - at < 1000 ? 'now' : `${duration(now - at)} ago`);

/** A moment in full, in the time zone of the browser. */
export const fullTime = (at: number): string =>
  new Date(at).toLocaleString('en-GB', {
    dateStyle: 'medium',
    timeStyle: 'long',
  });

/** The time of day; with the date if that is another day than `now`. */
export function clockTime(at: number, now: number): string {
  const time = new Date(at).toLocaleTimeString('en-GB');
  const day = new Date(at).toLocaleDateString('en-GB', { day: 'numeric', month: 'short' });
  return new Date(at).toDateString() === new Date(now).toDateString() ? time : `${day}, ${time}`;
}

/** The time zone of the browser, which all times on a page are in: `Europe/Berlin (GMT+1)`. */
export function zoneOf(at: number): string {
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  if (timeZone === 'UTC') return timeZone;
  const parts = new Intl.DateTimeFormat('en-GB', { timeZoneName: 'shortOffset' }).formatToParts(at);
  const offset = parts.find(({ type }) => type === 'timeZoneName')?.value;
  return offset === undefined ? timeZone : `${timeZone} (${offset})`;
}
