import { setImmediate } from 'node:timers/promises';
import type { FanfareError } from '@fanfare/core';
import { type Offer, offer } from '../../accept/accept-events.ts';
import { BODY_LIMITS } from '../../http/body-limits.ts';
import { complexityProblem, elementsOf, parseJson, unusable } from '../../http/json.ts';
import { tooLarge } from '../../http/read-body.ts';

/** Events in one request. */
export const MAX_BATCH = 1000;

/** What one event may be. */
const LIMITS = BODY_LIMITS.document;

/** How long events are judged before other requests get their turn, in ms. */
const TURN_MS = 5;

/**
 * The events in a body: one, or a list whose length is checked before any of it is parsed.
 * @throws FanfareError when a single event is bad, or the body is not events at all.
 */
export async function offersIn(posted: Buffer | null | undefined): Promise<Offer[]> {
  const body = posted ?? Buffer.alloc(0);
  const elements = elementsOf(body, MAX_BATCH);
  if (elements?.length === 0) throw unusable(`must hold 1 to ${MAX_BATCH} events, not 0`);
  if (elements) return offersOf(elements);
  const single = body.length === 0 ? offer(undefined) : offerOf(body);
  if (!single.parsed.ok) throw single.parsed.error;
  return [single];
}

/** Judges one event after the other. Other requests get their turn in between, since megabytes of events take a while. */
async function offersOf(elements: readonly Buffer[]): Promise<Offer[]> {
  const offers: Offer[] = [];
  let turnBegan = performance.now();
  for (const element of elements) {
    offers.push(offerOf(element));
    if (performance.now() - turnBegan < TURN_MS) continue;
    await setImmediate();
    turnBegan = performance.now();
  }
  return offers;
}

/** An event that is too large or too complex is refused unparsed. @throws FanfareError when it is not JSON. */
function offerOf(event: Buffer): Offer {
  const refusal = refusalOf(event);
  return refusal ? { input: undefined, parsed: { ok: false, error: refusal } } : offer(parseJson(event));
}

function refusalOf(event: Buffer): FanfareError | undefined {
  if (event.length > LIMITS.bytes) return tooLarge(LIMITS.bytes);
  const problem = complexityProblem(event, LIMITS.keys);
  return problem === undefined ? undefined : unusable(problem);
}
