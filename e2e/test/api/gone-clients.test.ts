import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import * as ingest from '@fanfare/ingest/app';
import { until } from '@fanfare/testkit';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Api } from '../support/api.ts';
import { type System, startSystem } from '../support/system.ts';

type Logger = NonNullable<ingest.IngestOverrides['log']>;

let system: System;
let apikey: string;
beforeAll(async () => {
  system = await startSystem({ apps: [] });
  await system.backend.put('/v3/groups/hiking', {});
  apikey = (await system.admin.post('/v3/apps/app123/apikeys', {})).body.data.apiKey;
});
afterAll(() => system[Symbol.asyncDispose]());

/** Keeps what is logged. */
function recorder() {
  const lines: { message: string | undefined; fields: object }[] = [];
  const note = (fields: object, message?: string) => void lines.push({ message, fields });
  const log = { level: 'info', trace: note, debug: note, info: note, warn: note, error: note, fatal: note };
  return { lines, log: Object.assign(log, { child: () => log }) as unknown as Logger };
}

/** Sends the head of a request and, once the server has taken it, half of its body. */
async function beginBody(url: string, path: string, contentType: string, half: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const head = [
    `PUT ${path} HTTP/1.1`,
    `host: ${hostname}`,
    `apikey: ${apikey}`,
    `content-type: ${contentType}`,
    'content-length: 1000',
    'expect: 100-continue',
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n`);
  await once(socket, 'data');
  socket.write(half);
  return socket;
}

const abandoned = [
  ['JSON', '/v3/users/bob', 'application/json', '{"name":'],
  ['NDJSON', '/v3/groups/hiking/members', 'application/x-ndjson', '{"uid":"bob"}\n'],
] as const;

test.each(abandoned)(
  'a client that goes away in the middle of its %s leaves a line in the log and holds up no stop',
  async (...given) => {
    const [, path, contentType, half] = given;
    const { lines, log } = recorder();
    const { url, close } = await ingest.start(ingest.readConfig(system.env), { log });
    await new Api(url, { apikey }).get('/v3/users');
    (await beginBody(url, path, contentType, half)).destroy();
    const line = await until(() => lines.find(({ message }) => message === 'request.abandoned'), 'it is noticed');
    expect(line.fields).toMatchObject({ method: 'PUT', route: path.replace('bob', ':uid').replace('hiking', ':guid') });
    await close();
    expect(lines.filter(({ message }) => message === 'request.answered')).toHaveLength(1);
  },
);

test.each(abandoned)('a client that never finishes its %s holds up no stop', async (_, path, contentType, half) => {
  const config = ingest.readConfig({ ...system.env, SHUTDOWN_GRACE_MS: '500' });
  const { url, close } = await ingest.start(config);
  const socket = await beginBody(url, path, contentType, half);
  const closed = once(socket, 'close');
  await close();
  await closed;
});
