import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An answer of the endpoint. */
interface Answer {
  status: number;
  headers?: Record<string, string>;
}

/** A local webhook receiver. */
export interface Webhook extends AsyncDisposable {
  url: string;
  /** The `webhook-id` of each POST. */
  received: string[];
  /** The next answers; 200 when none are left. `dropped`: the connection breaks instead. */
  answers: (Answer | (() => Promise<Answer | 'dropped'>))[];
}

/** Starts a webhook receiver that records every POST before it answers. */
export async function startWebhook(): Promise<Webhook> {
  const received: string[] = [];
  const answers: Webhook['answers'] = [];
  const server = createServer((request, response) => {
    request.resume().on('end', async () => {
      received.push(String(request.headers['webhook-id']));
      const next = answers.shift() ?? { status: 200 };
      const answer = typeof next === 'function' ? await next() : next;
      if (answer === 'dropped') return void response.destroy();
      const { status, headers = {} } = answer;
      response.writeHead(status, headers).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received,
    answers,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
