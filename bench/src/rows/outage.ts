import { setTimeout as delay } from 'node:timers/promises';
import { groupMessage, ring } from '../system/events.ts';
import type { Fanfare } from '../system/fanfare.ts';
import type { Receiver } from '../system/receiver.ts';
import type { Stage } from '../system/stage.ts';
import type { Tenant } from '../system/tenant.ts';
import type { Lab } from './lab.ts';
import type { Row, RowResult } from './row.ts';

const OUTAGE_MS = 12_000;
/** Of the outage before: long enough for timeouts and trials. */
const FIRST_OUTAGE_MS = 3000;
const MEMBERS = 100;
/** Messages to the group. */
const MESSAGES = { full: 40, quick: 10 };
/** One a second during the outage; each can still ring at its end. */
const RINGS = 12;
/** Deliveries that are far too late count as lost. */
const PATIENCE_MS = 150_000;

/** How fast what has waited for a webhook that hung is sent once it answers again. */
export const outage: Row = {
  title: 'a webhook that hangs for 12 s with 4,000 deliveries and 12 rings waiting',
  run: (lab) => lab.withFanfare({}, (fanfare, stage) => measure(lab, fanfare, stage)),
};

async function measure(lab: Lab, { bench }: Fanfare, { receiver }: Stage): Promise<RowResult> {
  const messages = lab.quick ? MESSAGES.quick : MESSAGES.full;
  await bench.registry.createGroup('group', MEMBERS);
  const run = (name: string) => bench.postAll(messagesOf(name, messages));
  await warmUp(bench, receiver, messages);
  await bench.changeWebhook(receiver.webhook('outage'));
  const arrivals = new Arrivals(receiver, 'outage');
  await run('warm-up');
  await arrivals.until(messages * MEMBERS);
  arrivals.reset();
  const startedAt = performance.now();
  await run('usual');
  const usual = (await arrivals.until(messages * MEMBERS)) - startedAt;
  lab.say(`outage: ${messages * MEMBERS} without one in ${usual.toFixed(0)} ms`);
  arrivals.reset();
  receiver.behave('outage', { hangs: true });
  await run('outage');
  await ringSteadily(bench);
  receiver.behave('outage', {});
  receiver.dropHeld('outage');
  const healedAt = performance.now();
  const drained = (await arrivals.until(messages * MEMBERS + RINGS)) - healedAt;
  lab.say(`outage: ${arrivals.count} after one in ${drained.toFixed(0)} ms`);
  return resultOf({ usual, drained, expired: await expiredRings(bench), deliveries: messages * MEMBERS });
}

/**
 * An outage of another webhook. A sender in use has seen failures; in one that has only seen accepted sends, the first
 * failures have V8 compile all that sends anew, at the expense of what is measured.
 */
async function warmUp(bench: Tenant, receiver: Receiver, messages: number): Promise<void> {
  const arrivals = new Arrivals(receiver, 'first');
  await bench.useWebhook(receiver.webhook('first'));
  receiver.behave('first', { hangs: true });
  await bench.postAll(messagesOf('first', messages));
  await delay(FIRST_OUTAGE_MS);
  receiver.behave('first', {});
  receiver.dropHeld('first');
  await arrivals.until(messages * MEMBERS);
}

const messagesOf = (name: string, count: number) =>
  Array.from({ length: count }, (_, i) => groupMessage(`${name}-${i}`, 'group'));

/** For as long as the outage lasts. */
async function ringSteadily(tenant: Tenant): Promise<void> {
  for (let n = 0; n < RINGS; n += 1) {
    await tenant.api.post('/v3/events', ring(`ring-${n}`, `callee-${n}`));
    await delay(OUTAGE_MS / RINGS);
  }
}

async function expiredRings({ api }: Tenant): Promise<number> {
  let expired = 0;
  for (let n = 0; n < RINGS; n += 1) {
    const { counts } = (await api.get(`/v3/events/ring-${n}`)) as { counts: { expired: number } };
    expired += counts.expired;
  }
  return expired;
}

interface Outcome {
  usual: number;
  drained: number;
  expired: number;
  deliveries: number;
}

const resultOf = ({ usual, drained, expired, deliveries }: Outcome): RowResult => ({
  figures: [
    {
      row: 'outage',
      what: 'ms to drain; plain: without an outage',
      ours: drained,
      plain: usual,
      target: { of: 'ratio', atMost: 1.3 },
    },
    { row: 'outage', what: 'rings expired', ours: expired, target: { of: 'value', atMost: 0 } },
  ],
  notes: [`outage: ${deliveries} messages and ${RINGS} rings wait for a webhook that hangs for ${OUTAGE_MS / 1000} s.`],
});

/** Counts the requests that an endpoint has accepted. */
class Arrivals {
  count = 0;
  #lastAt = 0;

  constructor(receiver: Receiver, name: string) {
    receiver.listen(name, ({ at }) => {
      this.count += 1;
      this.#lastAt = at;
    });
  }

  reset(): void {
    this.count = 0;
  }

  /** When the last of so many arrived; now, if they did not in time. */
  async until(count: number): Promise<number> {
    const end = performance.now() + PATIENCE_MS;
    while (this.count < count) {
      if (performance.now() > end) return performance.now();
      await delay(10);
    }
    return this.#lastAt;
  }
}
