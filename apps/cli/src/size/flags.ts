import type { Load } from '@fanfare/core';
import { UsageError } from '../usage-error.ts';

/** A number of the load: its option, and what makes sense for it. */
interface SizeFlag {
  option: string;
  what: string;
  fallback?: number;
  min: number;
  max: number;
  isWhole?: true;
}

/** More than there are people. */
const MOST_USERS = 10_000_000_000;
/** A hundred times what docs/sizing.md works out; the model says nothing about more. */
const MOST_DELIVERIES_PER_SECOND = 100_000_000;

/** The settings' limits of retention, without loading them for `--help`; size-flags.test.ts compares them. */
const RETENTION_HOURS = { min: 24, max: 168 };

/** The options of `fanfare size`. */
export const SIZE_FLAGS: Readonly<Record<keyof Load, SizeFlag>> = {
  messagesPerSecond: {
    option: '--messages <n>',
    what: 'Messages a second, in the busiest hour',
    min: 0.001,
    max: MOST_DELIVERIES_PER_SECOND,
  },
  recipients: {
    option: '--members <n>',
    what: 'Recipients of a message; 1: between two users',
    fallback: 1,
    min: 1,
    max: MOST_USERS,
    isWhole: true,
  },
  users: { option: '--users <n>', what: 'Users', fallback: 100_000, min: 1, max: MOST_USERS, isWhole: true },
  devicesPerUser: {
    option: '--devices <n>',
    what: 'Devices of a user, on average',
    fallback: 1,
    min: 0.01,
    max: 100,
  },
  latencyMs: {
    option: '--latency <ms>',
    what: 'What a push service or webhook takes to answer',
    fallback: 100,
    min: 1,
    max: 60_000,
  },
  retentionHours: {
    option: '--retention <hours>',
    what: 'How long history is kept',
    fallback: RETENTION_HOURS.min,
    ...RETENTION_HOURS,
    isWhole: true,
  },
  dayShare: {
    option: '--day <share>',
    what: 'The average of a day, as a share of the busiest hour',
    fallback: 0.4,
    min: 0.01,
    max: 1,
  },
};

/** Values as commander keeps them: by the option's name, and text unless they are defaults. */
export type SizeValues = Readonly<Record<string, string>>;

/** The load that the options describe. @throws UsageError that names the option that makes no sense. */
export function loadOf(values: SizeValues): Load {
  const load = Object.fromEntries(
    Object.entries(SIZE_FLAGS).map(([field, flag]) => [field, numberOf(flag, values[nameOf(flag).slice(2)] ?? '')]),
  ) as Record<keyof Load, number>;
  const { messagesPerSecond, recipients, users, devicesPerUser } = load;
  if (recipients > users) {
    throw new UsageError(`--members: ${shown(recipients)} recipients are more than the ${shown(users)} of --users`);
  }
  if (messagesPerSecond * recipients * devicesPerUser > MOST_DELIVERIES_PER_SECOND) {
    const most = shown(MOST_DELIVERIES_PER_SECOND);
    throw new UsageError(`--messages: times --members and --devices, this is above ${most} deliveries a second`);
  }
  return load;
}

/** Decimal digits only: no sign, exponent or name of a number. */
const NUMBER = /^\d{1,15}(\.\d{1,6})?$/;

function numberOf(flag: SizeFlag, text: string): number {
  const { min, max, isWhole = false } = flag;
  const number = NUMBER.test(text) ? Number(text) : Number.NaN;
  if (number >= min && number <= max && (!isWhole || Number.isInteger(number))) return number;
  const what = isWhole ? 'a whole number' : 'a number';
  throw new UsageError(`${nameOf(flag)}: expected ${what} from ${shown(min)} to ${shown(max)}, got "${text}"`);
}

const nameOf = ({ option }: SizeFlag): string => option.split(' ')[0] as string;
const shown = (number: number): string => number.toLocaleString('en-US');
