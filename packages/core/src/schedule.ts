import { z } from 'zod';

export const DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;
export type DayOfWeek = (typeof DAYS)[number];

const LAST_MINUTE = 2359;

/** A time of day as HHMM, 0 to 2359. */
const Hhmm = z
  .number()
  .int()
  .min(0)
  .max(LAST_MINUTE)
  .refine((time) => time % 100 < 60, 'must be a time as HHMM, 0 to 2359');

const DayPatch = z.object({ from: Hhmm.optional(), to: Hhmm.optional(), dnd: z.boolean().optional() });

/** What a person or an app changes of a week: days left out keep their value, as do parts of a day. */
export const SchedulePatch = z.object(
  Object.fromEntries(DAYS.map((day) => [day, DayPatch.optional()])) as Record<
    DayOfWeek,
    z.ZodOptional<typeof DayPatch>
  >,
);
export type SchedulePatch = z.infer<typeof SchedulePatch>;

/**
 * When notifications are let through on one day: from `from` to `to`, as HHMM, both minutes included. With `from` later
 * than `to` the window closes on the next day. `dnd`: nothing all day.
 */
export interface DaySchedule {
  from: number;
  to: number;
  dnd: boolean;
}

/** A week of windows, in the person's own time zone. */
export type Schedule = Record<DayOfWeek, DaySchedule>;

const WHOLE_DAY: DaySchedule = { from: 0, to: LAST_MINUTE, dnd: false };

/** Every day, the whole day. */
export const WHOLE_WEEK = Object.fromEntries(DAYS.map((day) => [day, WHOLE_DAY])) as Schedule;
