import { z } from 'zod';

/** Maximum number of values for one filter. */
const MAX_VALUES = 100;

/** One or several values, separated by commas or as repeated parameters. */
export const several = <T extends z.ZodType<string, string>>(value: T) =>
  z
    .union([z.string().max(10_000), z.array(z.string().max(10_000)).max(MAX_VALUES)])
    .transform((given) => [given].flat().flatMap((text) => text.split(',')))
    .pipe(z.array(value).min(1).max(MAX_VALUES))
    .optional();

/** One or several ids. */
export const ids = () => several(z.string().min(1).max(256));

/** A bound of a range of times, epoch ms. */
export const Moment = z.coerce.number().int().min(0).max(8.64e15).optional();

/** Whether a value passes a filter; everything passes one that is not given. */
export const isAmong = (value: string | undefined, wanted: readonly string[] | undefined): boolean =>
  wanted === undefined || (value !== undefined && wanted.includes(value));
