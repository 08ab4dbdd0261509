import { UsageError } from '../usage-error.ts';

const UNITS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
type Unit = keyof typeof UNITS;

/** Epoch ms of `2h` (ago), a date and time, or epoch ms. @throws UsageError that names the option. */
export function momentOf(option: string, text: string, now: number): number {
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  if (count !== undefined) return now - Number(count) * UNITS[unit as Unit];
  const time = /^\d{13}$/.test(text) ? Number(text) : Date.parse(text);
  if (!Number.isNaN(time)) return time;
  throw new UsageError(`${option}: expected 30m, 2h, 1d, or a date and time, got "${text}"`);
}

/** A moment in UTC, as `2026-11-29 20:15:07`. */
export const shownMoment = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replace('T', ' ');

/** A length of time in one unit, as `12 s`, `5 min`, `3 h`, `2 d`. */
export function shownDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 120_000) return `${Math.round(ms / 1000)} s`;
  if (ms < 2 * UNITS.h) return `${Math.round(ms / UNITS.m)} min`;
  return ms < 2 * UNITS.d ? `${Math.round(ms / UNITS.h)} h` : `${Math.round(ms / UNITS.d)} d`;
}
