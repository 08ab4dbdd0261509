import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@jest/globals';
import { followRequests } from '../src/index.ts';

test('an answer that the server gives at once ends its connection as well', async () => {
  // As Fastify does with a malformed URL.
  const server = createServer((_request, response) => void response.writeHead(400).end());
  const inHand = followRequests(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const get = () => fetch(`http://127.0.0.1:${port}/%zz`);
  expect((await get()).headers.get('connection')).toBe('keep-alive');
  inHand.endConnections();
  const last = await get();
  expect([last.status, last.headers.get('connection')]).toEqual([400, 'close']);
  await inHand.close(() => new Promise((resolve) => server.close(resolve)), 100);
});
