import { fixedOffset, UTC, wallClock } from '@fanfare/core';

/**
 * A moment in local time: `18:00 Asia/Tokyo` if it is on the same day there as `now`, else
 * `2026-11-24 18:00 Asia/Tokyo`. An unknown zone counts as UTC. Both moments are epoch ms.
 */
export function localTime(moment: number, timezone: string, now?: number): string {
  const zone = wallClock(timezone, moment) ? timezone : UTC;
  const { date, time } = local(moment, zone);
  const sameDay = now !== undefined && local(now, zone).date === date;
  return sameDay ? `${time} ${zone}` : `${date} ${time} ${zone}`;
}

function local(moment: number, zone: string): { date: string; time: string } {
  const offset = fixedOffset(zone);
  // Intl rejects offsets on Node 20, so shift the moment and format it as UTC.
  if (offset !== undefined) return local(moment + offset * 60_000, UTC);
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  const parts = new Map(format.formatToParts(moment).map(({ type, value }) => [type, value]));
  return {
    date: `${parts.get('year')}-${parts.get('month')}-${parts.get('day')}`,
    time: `${parts.get('hour')}:${parts.get('minute')}`,
  };
}
