import { type BulkJobOptions, Queue, Worker } from 'bullmq';
import type { TokenMessage } from 'firebase-admin/messaging';
import { serve } from '../child/serve.ts';
import { pushOf } from './push.ts';
import { complain, connect, FANOUT, type Message, membersKey, type PlainConfig, SEND, TOKENS } from './queues.ts';

/** Jobs added at a time. */
const BATCH = 1000;
/** Messages expanded at once. */
const CONCURRENCY = 10;

const JOB: BulkJobOptions = {
  attempts: 8,
  backoff: { type: 'exponential', delay: 1000 },
  removeOnComplete: true,
  removeOnFail: 1000,
};

const calls = {
  start({ redisUrl }: PlainConfig): void {
    const redis = connect(redisUrl);
    const queue = new Queue<TokenMessage>(SEND, { connection: redis });
    const recipients = async ({ group, to = '' }: Message): Promise<string[]> =>
      group === undefined ? [to] : redis.smembers(membersKey(group));
    const expand = async (message: Message): Promise<void> => {
      const members = await recipients(message);
      for (let from = 0; from < members.length; from += BATCH) {
        const tokens = await redis.hmget(TOKENS, ...members.slice(from, from + BATCH));
        const pushes = tokens.filter((token) => token !== null).map((token) => pushOf(message, token));
        await queue.addBulk(pushes.map((data) => ({ name: 'push', data, opts: JOB })));
      }
    };
    const options = { connection: connect(redisUrl), concurrency: CONCURRENCY };
    new Worker<Message>(FANOUT, (job) => expand(job.data), options).on('error', complain);
  },
};

/** The plain design's fan-out: the recipients, and a job with the whole message for each. */
export type FanoutCalls = typeof calls;

serve(calls);
