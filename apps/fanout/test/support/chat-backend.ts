import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A chat backend that lists the members of every group in pages of this size; `onAsk` runs before it answers. */
export async function startChatBackend(
  members: readonly string[],
  pageSize: number,
  onAsk: () => void = () => undefined,
) {
  const server = createServer((request, response) => {
    onAsk();
    const from = Number(new URL(request.url ?? '', 'http://backend').searchParams.get('cursor') ?? 0);
    const to = from + pageSize;
    const cursor = to < members.length ? { cursor: String(to) } : {};
    response.end(JSON.stringify({ members: members.slice(from, to), ...cursor }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/members`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
