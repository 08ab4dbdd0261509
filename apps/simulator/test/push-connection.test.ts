import { once } from 'node:events';
import { request } from 'node:https';
import { expect, test } from '@jest/globals';
import { anApns, anFcm, connected, exchange } from './push-clients.ts';
import { both } from './push-services.ts';

test.each(both)(
  '%s ends the connection after it has answered a tok_goaway, and what is under way on it',
  async (_, start) => {
    const { session, to, service } = await start();
    const goaway = once(session, 'goaway');
    const closed = once(session, 'close');
    const under = to('tok_slow_50');
    expect((await to('tok_goaway')).status).toBe(200);
    const [code, lastStream] = (await goaway) as [number, number];
    expect(code).toBe(0);
    expect(lastStream).toBeGreaterThanOrEqual(3);
    expect((await under).status).toBe(200);
    await closed;
    expect(service.counts().goAways).toBe(1);
  },
);

test('APNs says why it ends a connection', async () => {
  const { session, to } = await anApns();
  const goaway = once(session, 'goaway');
  await to('tok_goaway');
  const [, , words] = (await goaway) as [number, number, Buffer];
  expect(JSON.parse(words.toString())).toEqual({ reason: 'Shutdown' });
});

/** Sends to FCM over HTTP/1.1. */
async function http1(token: string) {
  const { simulator, head } = await anFcm();
  const outgoing = request(`https://localhost:${simulator.tlsPort}/v1/projects/demo/messages:send?alt=json`, {
    method: 'POST',
    ca: simulator.caPem,
    headers: { authorization: head.authorization },
  });
  outgoing.end(JSON.stringify({ message: { token } }));
  const [response] = await once(outgoing, 'response');
  return { response, simulator };
}

test('over HTTP/1.1, tok_goaway closes the connection after the answer', async () => {
  const { response, simulator } = await http1('tok_goaway');
  expect(response).toMatchObject({ statusCode: 200, headers: { connection: 'close' } });
  expect(simulator.fcm.requests()).toMatchObject([{ http2: false, answered: 200 }]);
});

test('over HTTP/1.1, tok_reset cuts the connection', async () => {
  await expect(http1('tok_reset')).rejects.toMatchObject({ code: 'ECONNRESET' });
});

test.each(both)(
  'a sender to %s that leaves in the middle of its request is not counted and does no harm',
  async (_, start) => {
    const { simulator, session, service, head } = await start();
    const stream = session.request({ ':method': 'POST', ...head('tok_1') });
    stream.on('error', () => {});
    await new Promise((written) => stream.write('{', written));
    session.destroy();
    const body = '{"message":{"token":"tok_1"}}';
    expect((await exchange(connected(simulator), head('tok_1'), body)).status).toBe(200);
    expect(service.counts()).toMatchObject({ received: 1, answered: { 200: 1 } });
  },
);

test('a connection may have 100 concurrent requests to FCM and, once it is known to be for APNs, 1000', async () => {
  const { simulator, session, to } = await anApns();
  await once(session, 'remoteSettings');
  expect(session.remoteSettings.maxConcurrentStreams).toBe(100);
  const raised = once(session, 'remoteSettings');
  await to('tok_1');
  await raised;
  expect(session.remoteSettings.maxConcurrentStreams).toBe(1_000);
  const other = connected(simulator);
  await exchange(other, { ':path': '/v1/projects/demo/messages:send' }, '{}');
  expect(other.remoteSettings.maxConcurrentStreams).toBe(100);
});
