import type { AddressInfo } from 'node:net';
import { Queue } from 'bullmq';
import fastify from 'fastify';
import { serve } from '../child/serve.ts';
import { connect, FANOUT, type Message, type PlainConfig } from './queues.ts';

const text = { type: 'string', minLength: 1 };
const BODY = {
  type: 'object',
  required: ['id', 'sender', 'senderName', 'text'],
  oneOf: [{ required: ['group'] }, { required: ['to'] }],
  properties: { id: text, group: text, to: text, sender: text, senderName: text, text },
};

const calls = {
  /** The URL that takes `POST /messages`. */
  async start({ redisUrl }: PlainConfig): Promise<string> {
    const queue = new Queue<Message>(FANOUT, { connection: connect(redisUrl) });
    const app = fastify();
    app.post<{ Body: Message }>('/messages', { schema: { body: BODY } }, async ({ body }, reply) => {
      await queue.add('message', body, { jobId: body.id, removeOnComplete: true, removeOnFail: 1000 });
      return reply.code(202).send({ id: body.id });
    });
    await app.listen({ host: '127.0.0.1', port: 0 });
    return `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  },
};

/** The plain design's API. */
export type IngestCalls = typeof calls;

serve(calls);
