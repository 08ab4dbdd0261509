import type { Manner } from '../exchange/perform.ts';
import { RecentMap } from '../recent-map.ts';

/** What can be wrong with a push although the request is right; each service has its own words for it. */
export type Failure =
  /** `at`: since when the token has been dead, epoch ms; by default now. */
  | { kind: 'unregistered'; at?: number }
  /** Not a token at all. */
  | { kind: 'bad' }
  /** A token of another sender or app. */
  | { kind: 'mismatch' }
  /** `bare`: without a Retry-After. */
  | { kind: 'throttled'; bare?: true }
  | { kind: 'internal' }
  | { kind: 'unavailable' }
  /** What a load balancer in front of the service says: HTML. */
  | { kind: 'bad_gateway' };

/** What is done to a push with a token. Without any field it is accepted. */
export interface TokenStep extends Omit<Manner, 'last'> {
  failure?: Failure;
  /** The connection ends with this answer. */
  goAway?: true;
}

/** What a token's name asks for. */
interface TokenScript {
  step: TokenStep;
  /** For its first so many pushes; afterwards they are accepted. */
  times: number;
}

const STEPS = {
  unregistered: { failure: { kind: 'unregistered' } },
  bad: { failure: { kind: 'bad' } },
  mismatch: { failure: { kind: 'mismatch' } },
  '429': { failure: { kind: 'throttled' } },
  bare_429: { failure: { kind: 'throttled', bare: true } },
  '500': { failure: { kind: 'internal' } },
  '503': { failure: { kind: 'unavailable' } },
  html_502: { failure: { kind: 'bad_gateway' } },
  slow: {},
  hang: { hang: true },
  reset: { cut: 'reset' },
  refused: { cut: 'refused' },
  goaway: { goAway: true },
} as const satisfies Record<string, TokenStep>;

const TIMES: Record<string, number> = { once: 1, twice: 2 };
/** A number that goes on is no status: tokens are numbered in benches. */
const NAME = new RegExp(
  `^tok_(${Object.keys(STEPS).join('|')})(?:(?<=\\d)(?!\\d)|(?<=[a-z]))(?:_(once|twice)|_(?:at_)?(\\d{1,15}))?`,
);
const ACCEPTED: TokenStep = {};
/** The longest a timer can wait. */
const MAX_SLOW_MS = 2 ** 31 - 1;

/**
 * What a push with this token comes to, by its name; undefined when it is accepted like any other:
 * `tok_unregistered`, `tok_unregistered_at_<ms>`, `tok_bad`, `tok_mismatch`, `tok_429`, `tok_bare_429`, `tok_500`, `tok_503`,
 * `tok_html_502`, `tok_slow_<ms>`, `tok_hang`, `tok_reset`, `tok_refused`, `tok_goaway`, each with anything behind it.
 * `_once` and `_twice` make all but the first ones succeed.
 */
export function scriptOf(token: string): TokenScript | undefined {
  if (!token.startsWith('tok_')) return undefined;
  const [, name, times, number] = NAME.exec(token) ?? [];
  if (name === undefined) return undefined;
  return {
    step: stepOf(name as keyof typeof STEPS, Number(number)),
    times: TIMES[times ?? ''] ?? Number.POSITIVE_INFINITY,
  };
}

/** `number`: what the name says behind it; NaN when nothing. */
function stepOf(name: keyof typeof STEPS, number: number): TokenStep {
  if (Number.isNaN(number)) return STEPS[name];
  if (name === 'unregistered') return { failure: { kind: 'unregistered', at: number } };
  return name === 'slow' ? { latencyMs: Math.min(number, MAX_SLOW_MS) } : STEPS[name];
}

/** Which step is next for which token. */
export class TokenScripts {
  readonly #served: RecentMap<string, number>;

  /** `capacity`: a token that it made us forget starts anew. */
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
