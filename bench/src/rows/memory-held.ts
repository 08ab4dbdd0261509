import { directMessage, uidOf } from '../system/events.ts';
import type { Fanfare } from '../system/fanfare.ts';
import { usedMemory } from '../system/memory.ts';
import { Poster } from '../system/poster.ts';
import { untilStill, withProgress } from '../system/progress.ts';
import type { Stage } from '../system/stage.ts';
import type { Lab } from './lab.ts';
import { BYTES_PER_MESSAGE, PATIENCE_MS, percent, UNLIMITED } from './memory.ts';
import type { Row, RowResult } from './row.ts';

const USERS = 1000;
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
  const base = await usedMemory(redis);
  receiver.behave(NAME, { status: 503 });
  const poster = new Poster(bench, (n) => directMessage(`m-${n}`, uidOf(n % USERS)));
  const arrived = new Set<string | undefined>();
  const progress = async () =>
    `${NAME}: ${poster.accepted} accepted, ${arrived.size} sent, ` +
    `${percent((await usedMemory(redis)) / limit)} of the memory used`;
  return withProgress(
    (line) => lab.say(line),
    progress,
    async () => {
      while (poster.accepted < most && poster.refused === 0) await poster.post(most - poster.accepted);
      const { detail } = await memoryCheck(url);
      lab.say(`${await progress()}; ${detail}`);
      const fullest = (await usedMemory(redis)) / limit;
      // A busy machine may miss an answer, and send again.
      receiver.listen(NAME, ({ body }) => arrived.add(/"m-\d+"/.exec(body)?.[0]));
      receiver.behave(NAME, {});
      const startedAt = performance.now();
      await untilStill(() => arrived.size, poster.accepted, PATIENCE_MS);
      const seconds = (performance.now() - startedAt) / 1000;
      const missing = poster.accepted - arrived.size;
      const value = (what: string, ours: number) => ({ row: NAME, what, ours });
      return {
        figures: [
          { ...value('requests refused, the first', poster.refused), target: { of: 'value', atLeast: 1 } },
          value('messages accepted before', poster.accepted),
          value('memory used then, %', fullest * 100),
          value('bytes of Redis per open message', (fullest * limit - base) / poster.accepted),
          { ...value('accepted messages expired or lost', missing), target: { of: 'value', atMost: 0 } },
          value('seconds to send them once the webhook is up', seconds),
          value('messages/s then', poster.accepted / seconds),
        ],
        losses: missing > 0 ? [`${NAME}: ${missing} of ${poster.accepted} accepted messages were not sent`] : [],
        notes: [`${NAME}: maxmemory ${Math.round(limit / 1_000_000)} MB; /readyz of ingest then: ${detail}`],
      };
    },
  );
}

async function memoryCheck(url: string): Promise<{ detail: string }> {
  const { checks } = (await (await fetch(`${url}/readyz`)).json()) as { checks: { memory: { detail: string } } };
  return checks.memory;
}
