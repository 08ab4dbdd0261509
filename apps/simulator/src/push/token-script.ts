import type { Manner } from '../exchange/perform.ts';
import { RecentMap } from '../recent-map.ts';

/** Failures of a valid push request; each service has its own words for them. */
export type Failure =
  /** `at`: when the token died, epoch ms; default: now. */
  | { kind: 'unregistered'; at?: number }
  /** Not a token at all. */
  | { kind: 'bad' }
  /** A token of another sender or app. */
  | { kind: 'mismatch' }
  /** The request is wrong, whatever its token. */
  | { kind: 'invalid' }
  /** `bare`: without a Retry-After. */
  | { kind: 'throttled'; bare?: true }
  | { kind: 'internal' }
  | { kind: 'unavailable' }
  /** An HTML page of a load balancer in front of the service. */
  | { kind: 'bad_gateway' };

/** How long to wait before the next try, and how the answer says so. */
export interface RetryAfter {
  seconds: number;
  as: 'seconds' | 'date';
}

/** What happens to a push with a token. Without any field it is accepted. */
export interface TokenStep extends Omit<Manner, 'last'> {
  failure?: Failure;
  /** Ends the connection with this answer. */
  goAway?: true;
  /** Replaces the Retry-After of the failure. */
  retryAfter?: RetryAfter;
  /** Pads the body with spaces to this length; all bodies are JSON or HTML. */
  padTo?: number;
}

/** What a token's name demands. */
interface TokenScript {
  step: TokenStep;
  /** Applies to this many first pushes; later ones are accepted. */
  times: number;
}

/** Far more than the buffers of a connection. */
const OVERSIZE_BYTES = 32 * 1_048_576;

const STEPS = {
  unregistered: { failure: { kind: 'unregistered' } },
  bad: { failure: { kind: 'bad' } },
  mismatch: { failure: { kind: 'mismatch' } },
  invalid: { failure: { kind: 'invalid' } },
  '429': { failure: { kind: 'throttled' } },
  bare_429: { failure: { kind: 'throttled', bare: true } },
  '500': { failure: { kind: 'internal' } },
  '503': { failure: { kind: 'unavailable' } },
  html_502: { failure: { kind: 'bad_gateway' } },
  slow: {},
  hang: { hang: true },
  reset: { cut: 'reset' },
  truncated: { truncate: true },
  oversize: { failure: { kind: 'internal' }, padTo: OVERSIZE_BYTES },
  refused: { cut: 'refused' },
  goaway: { goAway: true },
} as const satisfies Record<string, TokenStep>;

const TIMES: Record<string, number> = { once: 1, twice: 2 };
/** A longer number is not a status: benchmarks number their tokens. */
const NAME = new RegExp(
  [
    `^tok_(${Object.keys(STEPS).join('|')})(?:(?<=\\d)(?!\\d)|(?<=[a-z]))`,
    '(?:_(once|twice)|_(?:(at|after|date)_)?(\\d{1,15}))?',
  ].join(''),
);
const ACCEPTED: TokenStep = {};
/** The longest delay of a timer. */
const MAX_SLOW_MS = 2 ** 31 - 1;

/**
 * What happens to a push with this token, by its name; undefined: accepted. Names are `tok_unregistered`,
 * `tok_unregistered_at_<ms>`, `tok_bad`, `tok_mismatch`, `tok_invalid`, `tok_429`, `tok_bare_429`, `tok_500`,
 * `tok_503`, `tok_html_502`, `tok_slow_<ms>`, `tok_hang`, `tok_reset`, `tok_truncated`, `tok_oversize`, `tok_refused`
 * and `tok_goaway`, each with any suffix. With `_once` and `_twice`, only the first pushes fail. With `_after_<s>` and
 * `_date_<s>`, the answer has a Retry-After in seconds, or as the date that many seconds ahead. APNs also knows
 * `tok_sandbox` and `tok_production`, which are of that environment.
 */
export function scriptOf(token: string): TokenScript | undefined {
  if (!token.startsWith('tok_')) return undefined;
  const [, name, times, unit, number] = NAME.exec(token) ?? [];
  if (name === undefined) return undefined;
  return {
    step: stepOf(name as keyof typeof STEPS, unit, Number(number)),
    times: TIMES[times ?? ''] ?? Number.POSITIVE_INFINITY,
  };
}

/** `number`: the number after the name; NaN if there is none. */
function stepOf(name: keyof typeof STEPS, unit: string | undefined, number: number): TokenStep {
  if (Number.isNaN(number)) return STEPS[name];
  if (unit === 'after') return { ...STEPS[name], retryAfter: { seconds: number, as: 'seconds' } };
  if (unit === 'date') return { ...STEPS[name], retryAfter: { seconds: number, as: 'date' } };
  if (name === 'unregistered') return { failure: { kind: 'unregistered', at: number } };
  return name === 'slow' ? { latencyMs: Math.min(number, MAX_SLOW_MS) } : STEPS[name];
}

/** The next step of each token. */
export class TokenScripts {
  readonly #served: RecentMap<string, number>;

  /** `capacity`: a forgotten token starts over. */
  constructor(capacity: number) {
    this.#served = new RecentMap(capacity);
  }

  next(token: string): TokenStep {
    const script = scriptOf(token);
    if (!script) return ACCEPTED;
    if (script.times === Number.POSITIVE_INFINITY) return script.step;
    const served = this.#served.get(token) ?? 0;
    this.#served.set(token, served + 1);
    return served < script.times ? script.step : ACCEPTED;
  }
}
