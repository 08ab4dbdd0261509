import type { FanfareError } from '@fanfare/core';
import { inTurns } from '../../accept/in-turns.ts';
import { type Offer, offer } from '../../accept/offer.ts';
import { BODY_LIMITS } from '../../http/body-limits.ts';
import { complexityProblem, elementsOf, parseJson, unusable } from '../../http/json.ts';
import { tooLarge } from '../../http/read-body.ts';

/** Maximum number of events in one request. */
export const MAX_BATCH = 1000;

/** The limits of one event. */
const LIMITS = BODY_LIMITS.document;

/**
 * The events in a body: a single one, or a list whose length is checked before anything is parsed.
 * @throws FanfareError if a single event is invalid, or the body contains no events.
 */
export async function offersIn(posted: Buffer | null | undefined): Promise<Offer[]> {
  const body = posted ?? Buffer.alloc(0);
  const elements = elementsOf(body, MAX_BATCH);
  if (elements?.length === 0) throw unusable(`must contain 1 to ${MAX_BATCH} events, not 0`);
  if (elements) return inTurns(elements, offerOf);
  const single = body.length === 0 ? offer(undefined) : offerOf(body);
  if (!single.parsed.ok) throw single.parsed.error;
  return [single];
}

/** Rejects an event that is too large or complex without parsing it. @throws FanfareError if it is not JSON. */
function offerOf(event: Buffer): Offer {
  const refusal = refusalOf(event);
  return refusal ? { input: undefined, parsed: { ok: false, error: refusal } } : offer(parseJson(event));
}

function refusalOf(event: Buffer): FanfareError | undefined {
  if (event.length > LIMITS.bytes) return tooLarge(LIMITS.bytes);
  const problem = complexityProblem(event, LIMITS.keys);
  return problem === undefined ? undefined : unusable(problem);
}
