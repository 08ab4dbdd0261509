import { setTimeout as delay } from 'node:timers/promises';
import type { Figure } from '../report/figure.ts';
import { directMessage, groupMessage, uidOf } from '../system/events.ts';
import type { Fanfare } from '../system/fanfare.ts';
import { memoryOf, usedMemory } from '../system/memory.ts';
import { packed } from '../system/packed.ts';
import type { Lab } from './lab.ts';
import type { Row, RowResult } from './row.ts';

const USERS = 1000;
/** The largest group of the chat lane, and one of the bulk lane. */
const CHAT_GROUP = 1000;
const BULK_GROUP = 10_000;
/** Several for each of the hashes that the ids of an app and a day share, posted a part at a time. */
const SINGLES = 20_000;
const SINGLES_AT_ONCE = 500;
/** A queue that has not grown for so long is as full as it gets. */
const CALM_MS = 1500;

/** How many bytes of Redis things take. */
export const bytes: Row = {
  title: 'bytes of Redis per delivery, event, recipient, device and user',
  run: (lab) => lab.withFanfare({ roles: ['ingest', 'fanout'] }, (fanfare) => measure(lab, fanfare)),
};

/** Keys of BullMQ; between jobs they are only counters and a log of bounded length. */
const isQueue = (key: string): boolean => /:(?:events|deliveries-\w+)-(?:call|chat|bulk)\b/.test(key);
const isDeliveryQueue = (key: string): boolean => isQueue(key) && key.includes(':deliveries-');

async function measure(lab: Lab, fanfare: Fanfare): Promise<RowResult> {
  const { bench, redis } = fanfare;
  const data = () => memoryOf(redis, (key) => !isQueue(key));
  const per = async (count: number, write: () => Promise<unknown>) => {
    const before = await data();
    await write();
    return ((await data()) - before) / count;
  };
  const user = await per(USERS, () => bench.registry.createUsers(USERS));
  const device = await per(USERS, () => bench.registry.createDevices(USERS));
  await bench.registry.createDevices(BULK_GROUP);
  await bench.registry.createGroup('chat', CHAT_GROUP);
  await bench.registry.createGroup('bulk', BULK_GROUP);
  const chat = await queuedBytes(fanfare, 'chat');
  const bulk = await queuedBytes(fanfare, 'bulk');
  lab.say('P6: queued; now sending');
  await fanfare.start('sender');
  await done(fanfare, ['queued-chat', 'queued-bulk']);
  const recipient = await per(BULK_GROUP, async () => {
    await bench.postAll([groupMessage('large', 'bulk')]);
    await done(fanfare, ['large']);
  });
  await bench.api.put('/v3/notifications/v1/logs', { enabled: true, days: 1 });
  await packed(fanfare);
  const usedBefore = await usedMemory(redis);
  const single = await per(SINGLES, async () => {
    for (let from = 0; from < SINGLES; from += SINGLES_AT_ONCE) {
      const events = Array.from({ length: SINGLES_AT_ONCE }, (_, i) =>
        directMessage(`single-${from + i}`, uidOf(i), uidOf(i + 1)),
      );
      await bench.postAll(events);
      await done(
        fanfare,
        events.map(({ id }) => id),
      );
    }
    await packed(fanfare);
  });
  const used = ((await usedMemory(redis)) - usedBefore) / SINGLES;
  const figure = (what: string, ours: number, atMost: number): Figure => ({
    row: 'P6',
    what: `bytes per ${what}`,
    ours,
    target: { of: 'value', atMost },
  });
  return {
    figures: [
      figure('queued delivery, chat', chat, 400),
      figure('queued delivery, bulk', bulk, 60),
      figure('finished 1:1 event, all in', single, 600),
      figure('finished 1:1 event, of used_memory', used, 650),
      figure('recipient of a large group', recipient, 25),
      figure('device', device, 250),
      figure('user without devices', user, 150),
    ],
    notes: [
      'P6: MEMORY USAGE of every key, without the log that BullMQ keeps of a queue, whose length is bounded.',
      `P6: ${SINGLES} messages of one line, listed in the notification log, ten seconds after the last was done.`,
    ],
  };
}

/** Of the deliveries of one message that wait in their queue while no sender runs. */
async function queuedBytes({ bench, redis }: Fanfare, group: string): Promise<number> {
  const size = () => memoryOf(redis, (key) => isDeliveryQueue(key) && !key.endsWith(':events'));
  const before = await size();
  const id = `queued-${group}`;
  await bench.postAll([groupMessage(id, group)]);
  const pending = async () =>
    ((await bench.api.get(`/v3/events/${id}`)) as { counts: { pending: number } }).counts.pending;
  let count = 0;
  do {
    count = await pending();
    await delay(CALM_MS);
  } while (count === 0 || count !== (await pending()));
  return ((await size()) - before) / count;
}

async function done({ bench }: Fanfare, ids: readonly string[]): Promise<void> {
  while (!(await bench.isDone(ids))) await delay(50);
}
