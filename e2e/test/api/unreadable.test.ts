import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import * as ingest from '@fanfare/ingest/app';
import { until } from '@fanfare/testkit';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type System, startSystem } from '../support/system.ts';

let system: System;
beforeAll(async () => {
  system = await startSystem({ apps: [] });
});
afterAll(() => system[Symbol.asyncDispose]());

async function open(url: string) {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  return socket;
}

/** Status and body of the answer to these bytes. */
async function answerTo(bytes: string) {
  const socket = await open(system.url);
  socket.write(bytes);
  const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n');
  return { status: Number(head.split(' ')[1]), head, body: JSON.parse(body) };
}

test.each([
  ['what is no HTTP', 'GET / NONSENSE\r\n\r\n', 'the request is not HTTP'],
  ['too large headers', `GET / HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`, 'headers: are larger than'],
])('%s is answered as every other error', async (_, bytes, problem) => {
  const { status, head, body } = await answerTo(bytes);
  expect(status).toBe(400);
  expect(head.toLowerCase()).toContain('content-type: application/json');
  expect(body).toEqual({ error: { code: 'ERR_BAD_REQUEST', message: expect.stringContaining(problem) } });
});

test('what comes on an open connection while the API stops is served, and the connection closed', async () => {
  const { url, close } = await ingest.start(ingest.readConfig(system.env));
  const apikey = (await system.admin.post('/v3/apps/app123/apikeys', {})).body.data.apiKey;
  const [first, second] = [await open(url), await open(url)];
  // A request in hand keeps the API from stopping, and half of one its connection from being idle.
  const head = ['PUT /v3/users/bob HTTP/1.1', 'host: x', `apikey: ${apikey}`, 'content-length: 2'];
  first.write([...head, 'content-type: application/json', 'expect: 100-continue', '', ''].join('\r\n'));
  await once(first, 'data');
  second.write('GET /v3/nothing HTTP/1.1\r\nhost: x\r\n');
  const closed = close();
  await until(() => open(url).then(endNow, () => true), 'no new caller is let in');
  second.write('\r\n');
  const answer = await text(second);
  first.write('{}');
  first.resume();
  await closed;
  expect(answer).toMatch(/^HTTP\/1\.1 404 .*connection: close.*"ERR_ROUTE_NOT_FOUND"/is);
});

const endNow = (socket: Socket) => {
  socket.destroy();
  return false;
};
