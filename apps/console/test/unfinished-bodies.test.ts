import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, test } from '@jest/globals';
import { startConsole } from './support/console.ts';

/** Sends the head of a form and the beginning of its body. */
function begin(url: string, path: string): Socket {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const type = 'content-type: application/x-www-form-urlencoded';
  const head = `POST ${path} HTTP/1.1\r\nhost: ${hostname}\r\n${type}\r\ncontent-length: 1000\r\n`;
  socket.write(`${head}expect: 100-continue\r\n\r\npassword=`);
  return socket;
}

test('a login that is never finished does not hold up a stop', async () => {
  const console = await startConsole({ SHUTDOWN_GRACE_MS: '500' });
  const socket = begin(console.url, '/login');
  await once(socket, 'data');
  const closed = once(socket, 'close');
  await console[Symbol.asyncDispose]();
  await closed;
});

test('who may not call is answered without the body, and the connection is closed', async () => {
  await using console = await startConsole();
  const answer = await text(begin(console.url, '/logout'));
  expect(answer).toMatch(/^HTTP\/1\.1 303 .*^connection: close/ims);
});
