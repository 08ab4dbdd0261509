import { createApiKey, createApp } from '@fanfare/store';
import { expect, test } from '@jest/globals';
import { NOW } from '../support/private-deps.ts';
import { privateIngest } from '../support/private-ingest.ts';

const ingest = await privateIngest();

const event = (id: string) => ({
  id,
  type: 'message.sent',
  sentAt: NOW,
  sender: { uid: 'alice' },
  conversation: { type: 'user', id: 'bob' },
  message: { id, text: 'hi' },
});

async function publisher(appId: string) {
  const { id, apiKey } = await createApiKey(ingest.deps.registry, appId, { name: 'b', scopes: ['publish'], now: NOW });
  const post = async (body: object) => {
    const answer = await ingest.server.inject({
      method: 'POST',
      url: '/v3/events',
      headers: { apikey: apiKey },
      payload: body,
    });
    return { status: answer.statusCode, body: answer.json() };
  };
  return { id, post };
}

/** Keeps requests in flight, so that others share their reads and writes, until `work` is done. */
async function underLoad<T>(post: (body: object) => Promise<unknown>, work: () => Promise<T>): Promise<T> {
  let isDone = false;
  let next = 0;
  const lane = async () => {
    while (!isDone) await post(event(`load-${next++}`));
  };
  const lanes = Array.from({ length: 16 }, lane);
  try {
    return await work();
  } finally {
    isDone = true;
    await Promise.all(lanes);
  }
}

test('a revoked key is refused from the next request on, however many are in flight', async () => {
  const revoked = await publisher('demo');
  await underLoad(revoked.post, async () => {
    expect((await revoked.post(event('before'))).status).toBe(202);
    await ingest.backend('DELETE', `/v3/apps/demo/apikeys/${revoked.id}`);
    const after = await Promise.all(Array.from({ length: 50 }, (_, n) => revoked.post(event(`after-${n}`))));
    expect(new Set(after.map(({ status }) => status))).toEqual(new Set([401]));
  });
});

test('a changed quota counts from the next request on', async () => {
  const demo = await publisher('demo');
  await underLoad(demo.post, async () => {
    await demo.post(event('before'));
    await ingest.backend('PATCH', '/v3/apps/demo', { quotas: { openEvents: 1 } });
    const after = await Promise.all(Array.from({ length: 50 }, (_, n) => demo.post(event(`after-${n}`))));
    expect(new Set(after.map(({ status }) => status))).toEqual(new Set([429]));
  });
});

test('a quota of open events is not exceeded by requests in flight together', async () => {
  await createApp(ingest.deps.registry, {
    appId: 'mill',
    name: 'Mill',
    region: 'us',
    pushEnabled: true,
    createdAt: NOW,
  });
  await ingest.backend('PATCH', '/v3/apps/mill', { quotas: { openEvents: 5000 } });
  const mill = await publisher('mill');
  const batch = (n: number) => Array.from({ length: 1000 }, (_, i) => event(`${n}-${i}`));
  const answers = await Promise.all(Array.from({ length: 40 }, (_, n) => mill.post(batch(n))));
  expect(answers.filter(({ status }) => status === 202)).toHaveLength(5);
  expect(answers.filter(({ status }) => status === 429)).toHaveLength(35);
  expect((await mill.post(event('one-more'))).status).toBe(429);
});

test('of twenty simultaneous posts of an event one is accepted, and bad ones spoil none', async () => {
  const demo = await publisher('demo');
  const answers = await underLoad(demo.post, () =>
    Promise.all(
      Array.from({ length: 20 }, (_, n) => demo.post([event('same'), { ...event(`bad-${n}`), sentAt: 'never' }])),
    ),
  );
  const statuses = answers.map(({ body }) => body.data.events.map(({ status }: { status: string }) => status));
  expect(statuses.filter(([first]) => first === 'accepted')).toHaveLength(1);
  expect(statuses.filter(([first]) => first === 'duplicate')).toHaveLength(19);
  expect(new Set(statuses.map(([, second]) => second))).toEqual(new Set(['rejected']));
});

test('each app gets its own answers, and a large batch of another keeps none waiting to the end', async () => {
  await createApp(ingest.deps.registry, {
    appId: 'bank',
    name: 'Bank',
    region: 'us',
    pushEnabled: true,
    createdAt: NOW,
  });
  const [demo, bank] = [await publisher('demo'), await publisher('bank')];
  const order: string[] = [];
  const large = demo.post(Array.from({ length: 1000 }, (_, n) => event(`same-${n}`))).then(({ body }) => {
    order.push('large');
    return body.data.events as { status: string }[];
  });
  const small = await bank.post(event('same-1'));
  order.push('small');
  expect(small.body.data.events).toEqual([{ id: 'same-1', status: 'accepted' }]);
  expect((await large).every(({ status }) => status === 'accepted')).toBe(true);
  expect(order).toEqual(['small', 'large']);
});
