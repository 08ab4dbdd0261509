import { createLogger } from '@fanfare/runtime';
import { expect, jest, test } from '@jest/globals';
import { type RecordedRequest, readConfig, start } from '../src/app.ts';
import { aBody, aSimulator, post } from './setup.ts';

test('the documented defaults apply without any environment', () => {
  expect(readConfig({})).toEqual({
    host: '127.0.0.1',
    port: 8091,
    tlsPort: 8443,
    tlsDir: undefined,
    tlsNames: [],
    sandboxNames: [],
    trustAny: false,
    fcmMaxStreams: 100,
    apnsMaxStreams: 1_000,
    logLevel: 'info',
    rememberRequests: 10_000,
    rememberUids: 1_000_000,
  });
});

test('/livez says that the process runs', async () => {
  const { url } = await aSimulator();
  const response = await fetch(`${url}/livez`);
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ live: true });
});

test.each(['/', '/webhooks', '/webhook/a/b', '/controls'])('%s is a 404 that leads to the index', async (path) => {
  const { url } = await aSimulator();
  const response = await fetch(`${url}${path}`);
  expect(response.status).toBe(404);
  expect(await response.json()).toEqual({
    error: { code: 'ERR_ROUTE_NOT_FOUND', message: `There is no GET ${path}; see GET /control.` },
  });
});

test('a webhook with an invalid name is refused', async () => {
  const { url } = await aSimulator();
  const response = await post(`${url}/webhook/${'x'.repeat(65)}`, aBody('bob'));
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ error: { message: expect.stringContaining('endpoint: must be') } });
});

test('the number of endpoints is limited', async () => {
  const simulator = await aSimulator();
  for (let i = 0; i < 256; i++) simulator.endpoint(`e${i}`);
  expect(() => simulator.endpoint('one-more')).toThrow('endpoint: the limit of 256 is reached');
  expect(simulator.endpoint('e0')).toBe(simulator.endpoint('e0'));
});

test('a listener is called for every request, with its end, until it is removed', async () => {
  const simulator = await aSimulator();
  const heard: RecordedRequest[] = [];
  const off = simulator.endpoint('default').onRequest((request) => heard.push(request));
  await post(`${simulator.url}/webhook`, aBody('bob'));
  await post(`${simulator.url}/webhook`, 'no JSON');
  off();
  await post(`${simulator.url}/webhook`, aBody('carol'));
  expect(heard).toMatchObject([
    { sequence: 1, uid: 'bob', answered: 200, json: aBody('bob') },
    { sequence: 2, answered: 400 },
  ]);
});

test('a listener that throws changes no answer and is logged', async () => {
  const lines: string[] = [];
  const log = createLogger({ name: 'test', level: 'error', destination: { write: (line) => void lines.push(line) } });
  const simulator = await aSimulator({}, { log });
  simulator.endpoint('default').onRequest(() => {
    throw new Error('listener bug');
  });
  expect((await post(`${simulator.url}/webhook`, aBody('bob'))).status).toBe(200);
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { msg: 'listener.failed', err: { message: 'listener bug' } },
  ]);
});

test('every request is one line of the debug log, without its content', async () => {
  const lines: string[] = [];
  const log = createLogger({ name: 'test', level: 'debug', destination: { write: (line) => void lines.push(line) } });
  const simulator = await aSimulator({}, { log });
  await post(`${simulator.url}/webhook`, aBody('bob'));
  const line = JSON.parse(lines.at(-1) ?? '');
  expect(line).toMatchObject({ msg: 'webhook.answered', endpoint: 'default', sequence: 1, uid: 'bob', answered: 200 });
  expect(lines.join()).not.toContain('Hello!');
});

test('a bug of the simulator is a 500 and a line in the log', async () => {
  const log = createLogger({ name: 'test', level: 'silent' });
  const error = jest.spyOn(log, 'error');
  const broken = () => {
    throw new Error('no clock');
  };
  const simulator = await aSimulator({}, { log, now: broken });
  const response = await post(`${simulator.url}/webhook`, aBody('bob'));
  expect(response.status).toBe(500);
  expect(await response.json()).toMatchObject({ error: { code: 'ERR_INTERNAL' } });
  expect(error).toHaveBeenCalledWith({ err: expect.any(Error) }, 'request.failed');
});

test('a taken port has its own error code, so that another can be tried', async () => {
  const { port } = await aSimulator();
  const second = start(readConfig({ PORT: String(port), LOG_LEVEL: 'silent' }));
  await expect(second).rejects.toMatchObject({ code: 'EADDRINUSE' });
});

test.each([
  ['0.0.0.0', /^http:\/\/127\.0\.0\.1:\d+$/],
  ['::', /^http:\/\/\[::1\]:\d+$/],
  ['::1', /^http:\/\/\[::1\]:\d+$/],
])('a simulator that listens on %s has a URL that can be called', async (HOST, url) => {
  const simulator = await aSimulator({ HOST });
  expect(simulator.url).toMatch(url);
  expect((await fetch(`${simulator.url}/livez`)).status).toBe(200);
});
