import { setTimeout as delay } from 'node:timers/promises';
import type { Api } from '../api.ts';
import type { Terminal } from '../terminal.ts';
import { type DemoEvent, demoEvents } from './demo-events.ts';
import type { System } from './system.ts';

/** The counts of an event, as `GET /v3/events/{id}` returns them. */
interface Counts {
  suppressed: Record<string, number>;
  [count: string]: number | Record<string, number>;
}

interface Progress {
  data: { state: string; counts: Counts };
}

const LOOK_EVERY_MS = 50;
/** An endpoint that is down is retried for an hour; the demo does not wait that long. */
const PATIENCE_MS = 30_000;

/** Sends one event of each kind, one after the other, and sums up the results. */
export async function playDemo(
  { backend, deliveries }: Pick<System, 'backend' | 'deliveries'>,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<void> {
  const counts: Counts[] = [];
  for (const event of demoEvents(Date.now())) {
    terminal.line(terminal.paint('bold', event.title));
    counts.push(await send(backend, event, signal));
    deliveries.flush();
    terminal.line();
  }
  terminal.line(`Demo done: ${counts.length} events, ${summary(counts)} (GET /v3/events/{id})`);
}

async function send(backend: Api, { body }: DemoEvent, signal: AbortSignal): Promise<Counts> {
  await backend.call('POST /v3/events', body);
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const { data } = await backend.call<Progress>(`GET /v3/events/${body.id}`);
    if (data.state === 'done' || Date.now() > deadline) return data.counts;
    await delay(LOOK_EVERY_MS, undefined, { signal });
  }
}

/** The sums of all counts; usually-zero counts only if they are not zero. */
function summary(all: Counts[]): string {
  const sums = new Map<string, number>();
  for (const { suppressed, ...counts } of all) {
    for (const [name, count] of Object.entries({ ...counts, ...suppressed })) {
      sums.set(name, (sums.get(name) ?? 0) + Number(count));
    }
  }
  const always = ['audience', 'planned', 'accepted'];
  return [...sums]
    .filter(([name, sum]) => sum > 0 || always.includes(name))
    .map(([name, sum]) => `${name} ${sum}`)
    .join(', ');
}
