import { once } from 'node:events';
import { request } from 'node:http';
import { expect, test } from '@jest/globals';
import type { Behaviour, EndpointConfig, Simulator } from '../src/app.ts';
import { aBody, aSimulator, nextEnd, post } from './setup.ts';

async function configured(config: EndpointConfig) {
  const simulator = await aSimulator();
  simulator.endpoint('default').configure(config);
  return { simulator, statuses: (uids: string[]) => statusesOf(simulator, uids) };
}

/** The statuses of one request after the other. */
async function statusesOf(simulator: Simulator, uids: string[]): Promise<number[]> {
  const statuses: number[] = [];
  for (const uid of uids) statuses.push((await post(`${simulator.url}/webhook`, aBody(uid))).status);
  return statuses;
}

/** A sender that can disconnect. `error` is the code it saw when it was cut off. */
function sendAndWait(simulator: Simulator, uid: string) {
  const outgoing = request(`${simulator.url}/webhook`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    agent: false,
  });
  const error = once(outgoing, 'error').then(([reason]) => (reason as NodeJS.ErrnoException).code);
  outgoing.end(JSON.stringify(aBody(uid)));
  return { outgoing, error };
}

test('the answer has the configured status, headers and JSON body', async () => {
  const { simulator } = await configured({
    behaviour: {
      status: 429,
      headers: { 'Retry-After': 2, 'content-type': 'application/problem+json' },
      body: { slow: true },
    },
  });
  const response = await post(`${simulator.url}/webhook`, aBody('bob'));
  expect(response.status).toBe(429);
  expect(response.headers.get('retry-after')).toBe('2');
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  expect(await response.json()).toEqual({ slow: true });
});

test.each<[Behaviour, string, string]>([
  [{ status: 502, body: '<html>Bad Gateway</html>' }, '<html>Bad Gateway</html>', 'text/plain; charset=utf-8'],
  [{ status: 503 }, '{"message":"Service Unavailable"}', 'application/json'],
  [{ status: 299 }, '{"message":"Webhook received successfully"}', 'application/json'],
  [{ status: 599 }, '{"message":"Unknown"}', 'application/json'],
  [{ body: '' }, '', 'text/plain; charset=utf-8'],
  [{ body: null }, 'null', 'application/json'],
])('%j is answered with the body %j', async (behaviour, body, type) => {
  const { simulator } = await configured({ behaviour });
  const response = await post(`${simulator.url}/webhook`, aBody('bob'));
  expect(await response.text()).toBe(body);
  expect(response.headers.get('content-type')).toBe(type);
});

test.each([204, 304])('%i has no body', async (status) => {
  const { simulator } = await configured({ behaviour: { status } });
  const response = await post(`${simulator.url}/webhook`, aBody('bob'));
  expect(response.status).toBe(status);
  expect(await response.text()).toBe('');
});

test('a behaviour with times applies to the first requests of each uid', async () => {
  const { statuses } = await configured({ behaviour: { status: 503, times: 2 } });
  expect(await statuses(['bob', 'bob', 'carol', 'bob', 'carol', 'carol'])).toEqual([503, 503, 503, 200, 503, 200]);
});

test('each uid passes through a list of steps', async () => {
  const { statuses } = await configured({
    behaviour: [{ status: 503, times: 2 }, { status: 429, times: 1 }, { status: 201 }],
  });
  expect(await statuses(['bob', 'bob', 'bob', 'bob', 'bob', 'carol'])).toEqual([503, 503, 429, 201, 201, 503]);
});

test('a uid with its own behaviour never follows the behaviour of the endpoint', async () => {
  const { statuses } = await configured({ behaviour: { status: 500 }, uids: { bob: { status: 410, times: 1 } } });
  expect(await statuses(['bob', 'bob', 'carol'])).toEqual([410, 200, 500]);
});

test('a new configuration starts all uids at the first step and replaces the old one', async () => {
  const { simulator, statuses } = await configured({ behaviour: { status: 503, times: 1 } });
  expect(await statuses(['bob', 'bob'])).toEqual([503, 200]);
  simulator.endpoint('default').configure({ behaviour: { status: 503, times: 1 } });
  expect(await statuses(['bob', 'bob'])).toEqual([503, 200]);
  simulator.endpoint('default').configure({});
  expect(await statuses(['bob'])).toEqual([200]);
});

test('a request that fails the checks uses up no step', async () => {
  const { simulator, statuses } = await configured({ behaviour: { status: 503, times: 1 } });
  expect((await post(`${simulator.url}/webhook`, { ...aBody('bob'), webhook: 'w1' })).status).toBe(400);
  expect(await statuses(['bob', 'bob'])).toEqual([503, 200]);
});

test('endpoints do not share behaviour or counts', async () => {
  const simulator = await aSimulator();
  simulator.endpoint('down').configure({ behaviour: { status: 500 } });
  expect((await post(`${simulator.url}/webhook/down`, aBody('bob'))).status).toBe(500);
  expect((await post(`${simulator.url}/webhook/up`, aBody('bob'))).status).toBe(200);
  expect(simulator.endpoint('up').counts().answered).toEqual({ 200: 1 });
  expect(simulator.endpoint('down').counts().answered).toEqual({ 500: 1 });
});

test('an answer with latency comes', async () => {
  const { statuses } = await configured({ behaviour: { latencyMs: 20, status: 202 } });
  expect(await statuses(['bob'])).toEqual([202]);
});

test('while a latency lasts the request waits, and a sender that disconnects has abandoned it', async () => {
  const { simulator } = await configured({ behaviour: { latencyMs: 3_600_000 } });
  const endpoint = simulator.endpoint('default');
  const { outgoing, error } = sendAndWait(simulator, 'bob');
  await until(() => endpoint.counts().waiting === 1);
  expect(endpoint.requests()).toMatchObject([{ answered: 'waiting' }]);
  const end = nextEnd(simulator);
  outgoing.destroy(Object.assign(new Error('left'), { code: 'LEFT' }));
  expect(await error).toBe('LEFT');
  expect(await end).toBe('abandoned');
  expect(endpoint.counts()).toMatchObject({ received: 1, waiting: 0, abandoned: 1, answered: {} });
});

test('a hanging request is never answered, and closing the simulator cuts it', async () => {
  const { simulator } = await configured({ behaviour: { hang: true } });
  const end = nextEnd(simulator);
  const { error } = sendAndWait(simulator, 'bob');
  expect(await end).toBe('hung');
  expect(simulator.endpoint('default').counts()).toMatchObject({ received: 1, waiting: 0, hung: 1, answered: {} });
  await simulator.close();
  expect(await error).toBe('ECONNRESET');
});

test.each([undefined, 10])('a reset cuts the connection, with a latency of %p too', async (latencyMs) => {
  const { simulator } = await configured({ behaviour: { reset: true, ...(latencyMs && { latencyMs }) } });
  expect(await sendAndWait(simulator, 'bob').error).toBe('ECONNRESET');
  expect(simulator.endpoint('default').counts()).toMatchObject({ received: 1, reset: 1, answered: {} });
});

test('after one reset the next request is answered', async () => {
  const { simulator, statuses } = await configured({ behaviour: { reset: true, times: 1 } });
  await sendAndWait(simulator, 'bob').error;
  expect(await statuses(['bob'])).toEqual([200]);
});

/** Waits for a condition, a turn of the event loop at a time. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
