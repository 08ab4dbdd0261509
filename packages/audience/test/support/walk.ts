import { createMembershipSource, type MembershipSource } from '@fanfare/providers';
import { type HandClock, handClock } from '@fanfare/testkit';
import type { AudienceSource, Walk } from '../../src/source.ts';

/** A walk over audiences, two users at a time, without jitter, with its log recorded and a manual clock. */
export interface TestWalk extends Walk, AsyncDisposable {
  membership: MembershipSource;
  clock: HandClock;
  /** The logged reasons, in order. */
  logged: unknown[];
}

export function startWalk(changes: Partial<Walk> = {}): TestWalk {
  const clock = handClock(Date.now());
  const membership = createMembershipSource({ policy: { allowHttp: true, allowCidrs: ['127.0.0.0/8'] } });
  const logged: unknown[] = [];
  const keep = (fields: object) => logged.push((fields as { reason?: unknown }).reason);
  const walk = { sliceSize: 2, log: { warn: keep, error: keep }, now: clock.now, random: () => 0, isFirst: true };
  return { ...walk, ...changes, membership, clock, logged, [Symbol.asyncDispose]: () => membership.close() };
}

/** Every slice of an audience, in order. @throws when the audience is not available yet. */
export async function slicesOf(source: AudienceSource, walk: Walk): Promise<(readonly string[])[]> {
  const slices = [];
  let cursor = '';
  for (;;) {
    const page = await source.page(walk, cursor);
    if (page.kind === 'later') throw new Error('the audience is not there yet');
    slices.push(page.uids);
    if (page.last) return slices;
    cursor = page.cursor;
  }
}
