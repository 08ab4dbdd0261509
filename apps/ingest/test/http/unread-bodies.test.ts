import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { createApiKey, createSession } from '@fanfare/store';
import { until } from '@fanfare/testkit';
import { beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { Route } from '../../src/http/auth.ts';
import { BODY_LIMITS, type BodyKind, isStreamed } from '../../src/http/body-limits.ts';
import { ADMIN_KEY, NOW } from '../support/private-deps.ts';
import { privateIngest } from '../support/private-ingest.ts';

// Every test here is made from the table of routes, so that the next route cannot forget the rule.

const MIB = 1024 * 1024;

/** More than the head of a request, and less than a socket hands over at once. */
const HEAD = 1024;
const NESTED = Buffer.alloc(5 * MIB, '[');
const FIRST_BYTE = Buffer.from('[');
const IN_ONE_CHUNK = Buffer.concat([Buffer.from(`${NESTED.length.toString(16)}\r\n`), NESTED]);

/** How a body is framed. */
const LENGTH = `content-length: ${NESTED.length}`;
const CHUNKED = 'transfer-encoding: chunked';

const { deps, server, routes, backend } = await privateIngest();

/** The server's ends of all connections, by the client's port. */
const sockets = new Map<number, Socket>();
/** What was answered on each: a client that is still sending may find the connection reset before it reads. */
const statuses = new Map<Socket, number>();
/** The server's ends of requests that have been sent. */
const seen = new Set<Socket>();
let port = 0;
beforeAll(async () => {
  server.server.on('connection', (socket) => sockets.set(socket.remotePort as number, socket));
  server.server.on('request', ({ socket }, response) => {
    socket.emit('begun');
    response.once('finish', () => statuses.set(socket, response.statusCode));
  });
  await server.listen({ port: 0, host: '127.0.0.1' });
  port = (server.server.address() as AddressInfo).port;
});

let keys: Record<'publish' | 'manage', string[]>;
beforeEach(async () => {
  const key = async (scope: 'publish' | 'manage') => {
    const { apiKey } = await createApiKey(deps.registry, 'demo', { name: scope, scopes: [scope], now: NOW });
    return [`apikey: ${apiKey}`];
  };
  keys = { publish: await key('publish'), manage: await key('manage') };
});

const UNKNOWN: Route = {
  method: 'POST',
  url: '/v3/nothing',
  access: 'admin',
  basicAuth: false,
  grows: false,
  body: undefined,
  audit: undefined,
};
const targets = [...routes.filter(({ method }) => method !== 'HEAD'), UNKNOWN];
const nameOf = ({ method, url }: Route) => `${method} ${url}`;

const headOf = (route: Route, headers: string[]) => {
  const type = isStreamed(route.body) ? 'application/x-ndjson' : 'application/json';
  const path = route.url.replace(/:\w+/g, 'x').replace('*', 'x');
  return [`${route.method} ${path} HTTP/1.1`, 'host: x', `content-type: ${type}`, ...headers, '', ''].join('\r\n');
};

/**
 * Sends a head and, while the server looks at it, what there is of a body; the answer's status, and what the server
 * took, once both have closed.
 */
async function send(head: string, body: Buffer) {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  const serverEnd = await until(() => {
    const end = sockets.get(socket.localPort as number);
    // One of an earlier request that had the same port.
    return end && !seen.has(end) ? end : undefined;
  }, 'the server has the connection');
  seen.add(serverEnd);
  const begun = once(serverEnd, 'begun');
  socket.write(head);
  await begun;
  socket.write(body);
  socket.resume();
  await until(() => serverEnd.destroyed, 'the server closes the connection', { timeoutMs: 20_000 });
  return { status: statuses.get(serverEnd), taken: serverEnd.bytesRead };
}

describe.each([
  ['without a credential', () => []],
  ['without the scope', ({ access }: Route) => (access === 'publish' ? keys.manage : keys.publish)],
])('a request %s', (_who, credentialsFor: (route: Route) => string[]) => {
  test.each([
    ['5 MiB of brackets', LENGTH, NESTED],
    ['5 MiB of brackets in one chunk', CHUNKED, IN_ONE_CHUNK],
    ['a body that never ends', LENGTH, FIRST_BYTE],
    ['a chunk that never ends', CHUNKED, IN_ONE_CHUNK.subarray(0, 16)],
  ])(
    'is answered on every path without its body being read: %s',
    async (_what, framing, body) => {
      const parse = jest.spyOn(JSON, 'parse');
      const answers = await Promise.all(
        targets.map(async (route) => {
          const head = headOf(route, [...credentialsFor(route), framing]);
          return { route, ...(await send(head, body)) };
        }),
      );
      const parsed = parse.mock.calls.filter(([text]) => String(text).startsWith('[['));
      parse.mockRestore();
      expect(parsed).toEqual([]);
      const letIn = answers.filter(
        ({ route, status }) => route.access !== 'anyone' && ![401, 403, 404].includes(status ?? 0),
      );
      expect(letIn).toEqual([]);
      expect(answers.filter(({ taken }) => taken > HEAD).map(({ route }) => nameOf(route))).toEqual([]);
    },
    30_000,
  );
});

/** A credential that may call a route; a login of its own, since some routes end it. */
async function right({ access }: Route): Promise<string[]> {
  if (access === 'admin') return [`adminkey: ${ADMIN_KEY}`];
  if (access === 'publish' || access === 'manage') return keys[access];
  const { authToken } = await createSession(deps.registry, 'demo', 'bob', NOW);
  return [`authtoken: ${authToken}`, 'appid: demo'];
}

describe('every route', () => {
  const withBody = routes.filter(({ body }) => body !== undefined);

  test('that can have a body says how large', () => {
    const methods = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);
    expect(withBody).toEqual(routes.filter(({ method }) => methods.has(method)));
    expect(withBody.length).toBeGreaterThan(20);
  });

  test('refuses more than its limit, and takes as much', async () => {
    const outcomes = await Promise.all(
      withBody.map(async (route) => {
        const { bytes } = BODY_LIMITS[route.body as BodyKind];
        const status = async (framing: string, body: string) =>
          (await send(headOf(route, [...(await right(route)), 'connection: close', framing]), Buffer.from(body)))
            .status;
        const announced = await status(`content-length: ${bytes + 1}`, '[');
        if (bytes > 10 * MIB) return [nameOf(route), announced, 413, true];
        const chunked = `${(bytes + 1).toString(16)}\r\n"${'x'.repeat(bytes)}`;
        const whole = await status(`content-length: ${bytes}`, `"${'x'.repeat(bytes - 2)}"`);
        const oneEvent = route.body === 'batch';
        return [nameOf(route), announced, await status(CHUNKED, chunked), oneEvent || whole !== 413];
      }),
    );
    expect(outcomes).toEqual(withBody.map((route) => [nameOf(route), 413, 413, true]));
  }, 30_000);
});

test('requests sent at once on one connection are answered in turn, also one whose body comes in pieces', async () => {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  const put = (uid: string, body: string, connection: string) =>
    [
      `PUT /v3/users/${uid} HTTP/1.1`,
      `adminkey: ${ADMIN_KEY}`,
      'host: x',
      'appid: demo',
      `connection: ${connection}`,
      'content-type: application/json',
      `content-length: ${body.length}`,
      '',
      body,
    ].join('\r\n');
  const sent = ['alice', 'bob'].map((uid) => put(uid, '{"timezone":"Asia/Tokyo"}', 'keep-alive')).join('');
  const last = put('carol', '{"timezone":"Asia/Tokyo"}', 'close');
  socket.write(sent + last.slice(0, -10));
  const answers = text(socket);
  await once(socket, 'readable');
  socket.write(last.slice(-10));
  expect((await answers).match(/"uid":"\w+"/g)).toEqual(['"uid":"alice"', '"uid":"bob"', '"uid":"carol"']);
});

test('a request whose client has gone before it was let in is not executed', async () => {
  const put = (uid: string) =>
    [
      `PUT /v3/users/${uid} HTTP/1.1`,
      ...keys.manage,
      'host: x',
      'content-type: application/json',
      'content-length: 2',
      '',
      '{}',
    ].join('\r\n');
  const redis = Number(/process_id:(\d+)/.exec(await deps.redis.info('server'))?.[1]);
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  const asked = once(server.server, 'request');
  process.kill(redis, 'SIGSTOP');
  try {
    socket.write(put('alice'));
    const [request] = await asked;
    socket.resetAndDestroy();
    await until(() => request.socket.destroyed, 'the server notices');
  } finally {
    process.kill(redis, 'SIGCONT');
  }
  // Takes the same steps, later.
  expect((await backend('PUT', '/v3/users/bob', {})).status).toBe(200);
  expect((await backend('GET', '/v3/users/alice')).status).toBe(404);
});
