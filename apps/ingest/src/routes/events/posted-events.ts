import type { FanfareError } from '@fanfare/core';
import { type Offer, offer, type Posted } from '../../accept/offer.ts';
import { BODY_LIMITS } from '../../http/body-limits.ts';
import { complexityProblem, elementsOf, parseElements, parseJson, type Span, unusable } from '../../http/json.ts';
import { tooLarge } from '../../http/read-body.ts';

/** Maximum number of events in one request. */
export const MAX_BATCH = 1000;

/** The limits of one event. */
const LIMITS = BODY_LIMITS.document;

/**
 * The events in a body: a single one, or a list whose length is checked before anything is parsed.
 * @throws FanfareError if the body contains no events. Parsing throws one if a single event is invalid.
 */
export function postedIn(posted: Buffer | null | undefined): Posted {
  const body = posted ?? Buffer.alloc(0);
  const elements = elementsOf(body, MAX_BATCH);
  if (elements?.length === 0) throw unusable(`must contain 1 to ${MAX_BATCH} events, not 0`);
  if (!elements) return { count: 1, bytes: body.length, isLong: false, parse: () => [single(body)] };
  const runs = runsOf(elements);
  return {
    count: elements.length,
    bytes: body.length,
    isLong: runs.length > 1,
    parse: async (turn) => (await turn.each(runs, (run) => offersOf(body, run))).flat(),
  };
}

function single(body: Buffer): Offer {
  const refusal = refusalOf(body, { start: 0, end: body.length });
  if (refusal) throw refusal;
  const only = offer(body.length === 0 ? undefined : parseJson(body));
  if (!only.parsed.ok) throw only.parsed.error;
  return only;
}

/** Most bytes of events that are parsed at once, unless one is larger: less than a millisecond of work. */
const RUN_BYTES = 16 * 1024;

/** Most events that are parsed at once: `{}` is 3 bytes of a list, and to say what is wrong with it takes 25 µs. */
const RUN_EVENTS = 50;

type Run = [Span, ...Span[]];

/** Neighbours that are parsed at once. */
function runsOf(elements: readonly Span[]): Run[] {
  const runs: Run[] = [];
  for (const element of elements) {
    const run = runs.at(-1);
    if (run && run.length < RUN_EVENTS && element.end - run[0].start <= RUN_BYTES) run.push(element);
    else runs.push([element]);
  }
  return runs;
}

/** Rejects events that are too large or complex without parsing them. @throws FanfareError if one is not JSON. */
function offersOf(body: Buffer, run: Run): Offer[] {
  const refusals = run.map((event) => refusalOf(body, event));
  if (refusals.every((refusal) => refusal === undefined)) return parseElements(body, run).map(offer);
  return run.map((event, i) => {
    const error = refusals[i];
    return error ? { id: '', parsed: { ok: false, error } } : offer(parseElements(body, [event])[0]);
  });
}

function refusalOf(body: Buffer, event: Span): FanfareError | undefined {
  if (event.end - event.start > LIMITS.bytes) return tooLarge(LIMITS.bytes);
  const problem = complexityProblem(body, LIMITS.keys, event);
  return problem === undefined ? undefined : unusable(problem);
}
