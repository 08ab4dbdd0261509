import { setTimeout as delay } from 'node:timers/promises';
import type { Figure } from '../report/figure.ts';
import { directMessage, groupMessage, uidOf } from '../system/events.ts';
import type { Fanfare } from '../system/fanfare.ts';
import { memoryOf } from '../system/memory.ts';
import type { Lab } from './lab.ts';
import type { Row, RowResult } from './row.ts';

const USERS = 1000;
/** The largest group of the chat lane, and one of the bulk lane. */
const CHAT_GROUP = 1000;
const BULK_GROUP = 10_000;
const SINGLES = 2000;
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
  const single = await per(SINGLES, async () => {
    const events = Array.from({ length: SINGLES }, (_, i) => directMessage(`single-${i}`, uidOf(i), uidOf(i + 1)));
    await bench.postAll(events);
    await done(
      fanfare,
      events.map(({ id }) => id),
    );
  });
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
      figure('recipient of a large group', recipient, 25),
      figure('device', device, 250),
      figure('user without devices', user, 150),
    ],
    notes: ['P6: MEMORY USAGE of every key, without the log that BullMQ keeps of a queue, whose length is bounded.'],
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
