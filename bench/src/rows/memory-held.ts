import { setTimeout as delay } from 'node:timers/promises';
import { directMessage, uidOf } from '../system/events.ts';
import type { Fanfare } from '../system/fanfare.ts';
import { usedMemory } from '../system/memory.ts';
import { Poster } from '../system/poster.ts';
import type { Stage } from '../system/stage.ts';
import type { Lab } from './lab.ts';
import { BYTES_PER_MESSAGE, UNLIMITED } from './memory.ts';
import type { Row, RowResult } from './row.ts';

const USERS = 1000;
/** The endpoint answers in the bench's own process. */
const PATIENCE_MS = 300_000;
const NAME = 'memory-held';

/** Whether open work that fills Redis is refused in time, and what was accepted is sent in the end. */
export const memoryHeld: Row = {
  title: 'messages for a webhook that is down, until Redis refuses more, and after it is up again (--messages)',
  run: (lab) => lab.withFanfare({ env: UNLIMITED }, (fanfare, stage) => measure(lab, fanfare, stage)),
};

async function measure(lab: Lab, fanfare: Fanfare, { receiver }: Stage): Promise<RowResult> {
  const { bench, redis, url } = fanfare;
  const most = lab.messages;
  const limit = lab.messages * BYTES_PER_MESSAGE;
  await bench.registry.createUsers(USERS);
  await bench.useWebhook(receiver.webhook(NAME));
  await redis.config('SET', 'maxmemory', limit);
  receiver.behave(NAME, { status: 503 });
  const poster = new Poster(bench, (n) => directMessage(`m-${n}`, uidOf(n % USERS)));
  while (poster.accepted < most && poster.refused === 0) await poster.post(most - poster.accepted);
  const { detail } = await memoryCheck(url);
  lab.say(`${NAME}: ${poster.accepted} accepted; ${detail}`);
  const fullest = (await usedMemory(redis)) / limit;
  // A busy machine may miss an answer, and send again.
  const arrived = new Set<string | undefined>();
  receiver.listen(NAME, ({ body }) => arrived.add(/"m-\d+"/.exec(body)?.[0]));
  receiver.behave(NAME, {});
  const startedAt = performance.now();
  while (arrived.size < poster.accepted && performance.now() - startedAt < PATIENCE_MS) await delay(50);
  const seconds = (performance.now() - startedAt) / 1000;
  const value = (what: string, ours: number) => ({ row: NAME, what, ours });
  return {
    figures: [
      { ...value('requests refused, the first', poster.refused), target: { of: 'value', atLeast: 1 } },
      value('messages accepted before', poster.accepted),
      value('memory used then, %', fullest * 100),
      {
        ...value('accepted messages expired or lost', poster.accepted - arrived.size),
        target: { of: 'value', atMost: 0 },
      },
      value('seconds to send them once the webhook is up', seconds),
    ],
    notes: [`${NAME}: maxmemory ${Math.round(limit / 1_000_000)} MB; /readyz of ingest then: ${detail}`],
  };
}

async function memoryCheck(url: string): Promise<{ detail: string }> {
  const { checks } = (await (await fetch(`${url}/readyz`)).json()) as { checks: { memory: { detail: string } } };
  return checks.memory;
}
