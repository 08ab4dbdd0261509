import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The answer to a request for one page; a number is an error status. */
type Answer = { members: string[]; cursor?: string } | number;

/** A chat backend that lists the members of a group by this function of the cursor, empty for the first page. */
export async function startChatBackend(answer: (cursor: string) => Answer) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const cursor = new URL(request.url ?? '', 'http://backend').searchParams.get('cursor') ?? '';
    asked.push(cursor);
    const page = answer(cursor);
    response.writeHead(typeof page === 'number' ? page : 200).end(JSON.stringify(page));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/members`,
    /** The requested cursors. */
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
