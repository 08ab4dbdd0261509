import { startRedis } from '@fanfare/redis-server';
import { Closer } from '@fanfare/runtime';
import { Queue } from 'bullmq';
import { Child } from '../child/child.ts';
import type { FanoutCalls } from '../plain/fanout.ts';
import type { IngestCalls } from '../plain/ingest.ts';
import { connect, FANOUT, membersKey, SEND, TOKENS } from '../plain/queues.ts';
import type { SenderCalls } from '../plain/sender.ts';
import { fcmToken } from '../providers/pushes.ts';
import { processCpu, redisCpu } from './cpu.ts';
import type { Design } from './design.ts';
import { TEXT, uidOf } from './events.ts';
import { postJson } from './post-json.ts';
import type { Stage } from './stage.ts';

/** Members and tokens written at a time. */
const BATCH = 1000;

/** Starts the plain design. */
export async function startPlain({ provider, certificate }: Stage): Promise<Design> {
  const closer = new Closer();
  return closer.closeOnFailure(async () => {
    const server = closer.add('redis server', await startRedis(), (running) => running[Symbol.asyncDispose]());
    const redis = closer.add('redis', connect(server.url), (connection) => connection.disconnect());
    const start = <C extends Child<never>>(child: C) => closer.add('process', child, (running) => running.close());
    const fanout = start(new Child<FanoutCalls>(new URL('../plain/fanout.js', import.meta.url)));
    const sender = start(new Child<SenderCalls>(new URL('../plain/sender.js', import.meta.url)));
    const ingest = start(new Child<IngestCalls>(new URL('../plain/ingest.js', import.meta.url)));
    const redisUrl = server.url;
    await fanout.call('start', { redisUrl });
    const { caFile } = certificate;
    await sender.call('start', { redisUrl, caFile, projectId: 'bench-project', providerUrl: provider.url });
    const url = await ingest.call('start', { redisUrl });
    const queues = [FANOUT, SEND].map((name) => new Queue(name, { connection: redis }));
    closer.add('queues', queues, () => Promise.all(queues.map((queue) => queue.close())));
    return {
      name: 'plain',
      async createDevices(count) {
        for (const users of batches(count)) await redis.hset(TOKENS, ...users.flatMap((n) => [uidOf(n), fcmToken(n)]));
      },
      async createGroup(group, size) {
        await redis.config('SET', 'appendfsync', 'no');
        for (const users of batches(size)) {
          await redis.sadd(membersKey(group), ...users.map(uidOf));
          await redis.hset(TOKENS, ...users.flatMap((n) => [uidOf(n), fcmToken(n)]));
        }
        await redis.config('SET', 'appendfsync', 'always');
      },
      async post(post) {
        await postJson(`${url}/messages`, { ...post, sender: 'alice', senderName: 'Alice', text: TEXT });
      },
      async isDone() {
        const counts = await Promise.all(queues.map((queue) => queue.getJobCounts('wait', 'active', 'delayed')));
        return counts.flatMap(Object.values).every((count) => count === 0);
      },
      async cpu() {
        return {
          redis: await redisCpu(redis),
          ingest: processCpu(ingest.pid),
          'fan-out': processCpu(fanout.pid),
          sender: processCpu(sender.pid),
        };
      },
      close: () => closer.close(),
    };
  });
}

/** The first `count` users. */
function* batches(count: number): Generator<number[]> {
  for (let from = 0; from < count; from += BATCH) {
    yield Array.from({ length: Math.min(BATCH, count - from) }, (_, i) => from + i);
  }
}
