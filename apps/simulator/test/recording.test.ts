import { expect, test } from '@jest/globals';
import { aBody, aControlledSimulator, post } from './setup.ts';

test('requests show headers, the exact text, the JSON, the time, and the answer', async () => {
  const { call, deliver } = await aControlledSimulator();
  await deliver('bob', {}, { authorization: 'Basic c2VjcmV0', 'webhook-id': 'd1' });
  const { body } = await call('GET', '/endpoints/team/requests');
  expect(body).toEqual({
    requests: [
      {
        sequence: 1,
        receivedAt: 1_741_847_460_000,
        method: 'POST',
        headers: expect.objectContaining({ authorization: 'Basic ***', 'webhook-id': 'd1' }),
        body: JSON.stringify(aBody('bob')),
        json: aBody('bob'),
        uid: 'bob',
        answered: 200,
      },
    ],
    next: null,
  });
});

test('requests that failed the checks are shown too, without a uid and with their text', async () => {
  const { simulator, call } = await aControlledSimulator();
  await post(`${simulator.url}/webhook/team`, 'no JSON');
  const { body } = await call('GET', '/endpoints/team/requests');
  const [request] = body.requests as Record<string, unknown>[];
  expect(request).toMatchObject({ body: 'no JSON', answered: 400 });
  expect(request).not.toHaveProperty('json');
  expect(request).not.toHaveProperty('uid');
});

test('requests are listed in pages, each with the start of the next', async () => {
  const { call, deliver } = await aControlledSimulator();
  for (const uid of ['a', 'b', 'a', 'b', 'a']) await deliver(uid);
  const page = async (query: string) => {
    const { body } = await call('GET', `/endpoints/team/requests?${query}`);
    return { sequences: (body.requests as { sequence: number }[]).map(({ sequence }) => sequence), next: body.next };
  };
  expect(await page('limit=2')).toEqual({ sequences: [1, 2], next: 2 });
  expect(await page('limit=2&after=2')).toEqual({ sequences: [3, 4], next: 4 });
  expect(await page('limit=2&after=4')).toEqual({ sequences: [5], next: null });
  expect(await page('uid=a&limit=2')).toEqual({ sequences: [1, 3], next: 3 });
  expect(await page('uid=a&limit=2&after=3')).toEqual({ sequences: [5], next: null });
  expect(await page('after=99')).toEqual({ sequences: [], next: null });
});

test('only the latest requests are kept, but all are counted', async () => {
  const { call, deliver } = await aControlledSimulator({ SIMULATOR_REMEMBER_REQUESTS: '2' });
  for (const uid of ['a', 'b', 'c', 'd', 'e']) await deliver(uid);
  const { body } = await call('GET', '/endpoints/team/requests');
  expect(body.requests).toMatchObject([
    { sequence: 4, uid: 'd' },
    { sequence: 5, uid: 'e' },
  ]);
  const counts = await call('GET', '/endpoints/team/counts');
  expect(counts.body).toMatchObject({ received: 5, answered: { 200: 5 }, uids: 5, forgotten: { requests: 3 } });
});

test('counts show how requests ended, and by uid on request', async () => {
  const { simulator, call, deliver } = await aControlledSimulator();
  await call('PUT', '/endpoints/team', { uids: { bob: { status: 503, times: 1 } } });
  await deliver('bob');
  await deliver('bob');
  await deliver('carol', { tag: '2' });
  await post(`${simulator.url}/webhook/team`, 'no JSON');
  const counts = {
    received: 4,
    answered: { 200: 2, 400: 1, 503: 1 },
    waiting: 0,
    hung: 0,
    reset: 0,
    abandoned: 0,
    uids: 2,
    acceptedTwice: 0,
    forgotten: { requests: 0, uids: 0, deliveries: 0 },
  };
  expect(await call('GET', '/endpoints/team/counts')).toEqual({ status: 200, body: counts });
  expect(await call('GET', '/endpoints/team/counts?byUid=1')).toEqual({
    status: 200,
    body: { ...counts, byUid: { bob: 2, carol: 1 } },
  });
});

test('a delivery answered 2xx again is counted as accepted twice, a retry after a failure is not', async () => {
  const { simulator, deliver } = await aControlledSimulator();
  const endpoint = simulator.endpoint('team');
  endpoint.configure({ behaviour: { status: 503, times: 1 } });
  await deliver('bob');
  await deliver('bob');
  expect(endpoint.counts().acceptedTwice).toBe(0);
  await deliver('bob');
  await deliver('bob');
  expect(endpoint.counts().acceptedTwice).toBe(2);
  await deliver('bob', { tag: 'other' });
  await deliver('bob', { sentAt: '1741847453001' });
  await deliver('bob', { tag: undefined });
  await deliver('bob', { tag: undefined });
  expect(endpoint.counts().acceptedTwice).toBe(2);
});

test('if there are more recipients than can be remembered, the counts say so', async () => {
  const { simulator, deliver } = await aControlledSimulator({ SIMULATOR_REMEMBER_UIDS: '4' });
  for (const uid of ['a', 'b', 'c', 'd', 'e', 'f']) await deliver(uid);
  const counts = simulator.endpoint('team').counts({ byUid: true });
  expect(counts).toMatchObject({ received: 6, uids: 6, forgotten: { uids: 2, deliveries: 2 } });
  expect(counts.byUid).toEqual({ c: 1, d: 1, e: 1, f: 1 });
});
