import { setTimeout as delay } from 'node:timers/promises';
import { type Cpu, cpuBetween, cpuTotal } from '../system/cpu.ts';
import type { Design, Post } from '../system/design.ts';
import type { PushProvider } from '../system/provider.ts';

/** What one round posts. */
export interface Work {
  posts: readonly Post[];
  /** Deliveries of all posts together. */
  deliveries: number;
  /** Posts in flight. */
  concurrency: number;
}

/** One round of one design. */
export interface Sample {
  design: Design['name'];
  deliveriesPerSecond: number;
  /** Microseconds per delivery, of all its processes and Redis. */
  cpuMicros: number;
  /** The same by process. */
  parts: Cpu;
  /** Undefined if the provider got each delivery once. */
  loss: string | undefined;
}

/** How often the provider's count is read. */
const POLL_MS = 10;
/** Slower than any design, on a busy machine. */
const SLOWEST_PER_SECOND = 50;
const STUCK_MS = 60_000;

/** From the first POST to the last push accepted; the CPU until nothing is left to do. */
export async function runRound(design: Design, provider: Pick<PushProvider, 'accepted'>, work: Work): Promise<Sample> {
  const { deliveries } = work;
  const limitMs = STUCK_MS + (deliveries / SLOWEST_PER_SECOND) * 1000;
  const before = await provider.accepted();
  const cpuBefore = await design.cpu();
  const startedAt = performance.now();
  await postAll(design, work);
  await within(limitMs, async () => (await provider.accepted()) - before >= deliveries);
  const seconds = (performance.now() - startedAt) / 1000;
  const isDone = await within(limitMs, () => design.isDone());
  const cpu = cpuBetween(cpuBefore, await design.cpu());
  const accepted = (await provider.accepted()) - before;
  return {
    design: design.name,
    deliveriesPerSecond: deliveries / seconds,
    cpuMicros: cpuTotal(cpu) / deliveries,
    parts: Object.fromEntries(Object.entries(cpu).map(([part, micros]) => [part, micros / deliveries])),
    loss: lossOf({ accepted, deliveries, isDone }),
  };
}

async function postAll(design: Design, { posts, concurrency }: Work): Promise<void> {
  const left = posts.values();
  const lane = async () => {
    for (const post of left) await design.post(post);
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
}

/** Whether the condition came true in this time. */
async function within(ms: number, condition: () => Promise<boolean>): Promise<boolean> {
  const until = performance.now() + ms;
  while (!(await condition())) {
    if (performance.now() > until) return false;
    await delay(POLL_MS);
  }
  return true;
}

function lossOf(seen: { accepted: number; deliveries: number; isDone: boolean }): string | undefined {
  const { accepted, deliveries, isDone } = seen;
  if (accepted !== deliveries) return `the provider accepted ${accepted} of ${deliveries}`;
  return isDone ? undefined : 'something was left to do';
}
