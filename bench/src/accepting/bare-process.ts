import type { AddressInfo } from 'node:net';
import { parseEvent } from '@fanfare/core';
import fastify from 'fastify';
import { serve } from '../child/serve.ts';

const calls = {
  /** The URL that takes `POST /v3/events`. */
  async start(_: Record<string, never>): Promise<string> {
    const app = fastify();
    app.post('/v3/events', async ({ body }, reply) => {
      const parsed = parseEvent(body);
      if (!parsed.ok) return reply.code(400).send({});
      return reply.code(202).send({ data: { events: [{ id: parsed.event.id, status: 'accepted' }] } });
    });
    await app.listen({ host: '127.0.0.1', port: 0 });
    return `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  },
};

/** A bare Fastify route that validates an event as ingest does and forgets it. */
export type BareCalls = typeof calls;

serve(calls);
