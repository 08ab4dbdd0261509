import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as received. */
interface Received {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  /** Parsed if it was sent as JSON; undefined if there was none. */
  body: unknown;
}

/** An answer: JSON, unless it is a string. */
export interface Answer {
  status?: number;
  headers?: Record<string, string>;
  body?: unknown;
}

export interface TestServer extends AsyncDisposable {
  url: string;
  requests: Received[];
}

/**
 * An HTTP server that records requests and answers in turn, repeating the last answer. `hang up` breaks the connection.
 */
export async function startServer(...answers: (Answer | 'hang up' | 'hang')[]): Promise<TestServer> {
  const requests: Received[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const { method = '', url = '', headers } = request;
    requests.push({ method, path: url, headers, body: bodyOf(text, headers['content-type']) });
    const answer = answers[Math.min(requests.length, answers.length) - 1] ?? {};
    if (answer === 'hang') return;
    if (answer === 'hang up') return void request.socket.destroy();
    const { status = 200, headers: extra = {}, body = { data: { success: true } } } = answer;
    response.writeHead(status, extra).end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function bodyOf(text: string, contentType: string | undefined): unknown {
  if (text === '') return undefined;
  return contentType === 'application/json' ? JSON.parse(text) : text;
}
