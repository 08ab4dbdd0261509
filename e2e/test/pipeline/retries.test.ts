import * as sender from '@fanfare/sender/app';
import { until } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { aCall, aMessage } from '../support/events.ts';
import { BASIC_AUTH, posts, type System, startSystem } from '../support/system.ts';

/** Posts a message to bob, whom the endpoint answers like this. */
async function send(system: System, behaviour: object | object[], event: { id: string } = aMessage()) {
  system.hook.configure({ basicAuth: BASIC_AUTH, uids: { bob: behaviour } });
  await system.backend.post('/v3/events', event);
  return event.id;
}

test('a webhook that answers at 2.5 s is a failed attempt at 2 s, and is tried again', async () => {
  await using system = await startSystem();
  const id = await send(system, { latencyMs: 2500, times: 1 });
  expect(await system.done(id)).toMatchObject({ planned: 1, accepted: 1, rejected: 0 });
  const [first, second] = await posts(system.hook, 2);
  expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
  expect(second?.body).toBe(first?.body);
  expect(system.hook.counts().acceptedTwice).toBe(0);
});

test('503 twice and then 200 is delivered once', async () => {
  await using system = await startSystem();
  const id = await send(system, [{ status: 503, times: 2 }]);
  expect(await system.done(id)).toMatchObject({ planned: 1, accepted: 1 });
  expect(system.hook.counts()).toMatchObject({ received: 3, answered: { 503: 2, 200: 1 } });
});

test('400 goes to the dead letters with the reason in the body, and can be replayed', async () => {
  await using system = await startSystem();
  const id = await send(system, { status: 400, body: { message: 'no such person here' } });
  expect(await system.done(id)).toMatchObject({ planned: 1, accepted: 0, rejected: 1 });
  const { body } = await system.backend.get('/v3/dead-letters');
  expect(body.data).toEqual([
    expect.objectContaining({
      eventId: id,
      uid: 'bob',
      provider: 'custom',
      reason: 'http_400',
      detail: 'no such person here',
      attempts: 1,
    }),
  ]);
  system.hook.configure({ basicAuth: BASIC_AUTH });
  const replay = await system.backend.post('/v3/dead-letters/replay', { ids: [body.data[0].id] });
  expect(replay.status).toBe(202);
  await until(
    async () =>
      (await system.backend.get(`/v3/dead-letters/replays/${replay.body.data.id}`)).body.data.state === 'done',
    'the replay ends',
  );
  expect(await system.done(id)).toMatchObject({ planned: 1, accepted: 1, rejected: 0, pending: 0 });
  expect((await system.backend.get('/v3/dead-letters')).body.data).toEqual([]);
});

test('a dead letter that is dropped is gone, and its delivery stays rejected', async () => {
  await using system = await startSystem();
  const id = await send(system, { status: 422 });
  await system.done(id);
  const dropped = await system.backend.delete('/v3/dead-letters', { filter: { reason: 'http_422' } });
  expect(dropped.body).toEqual({ data: { dropped: 1 } });
  expect((await system.backend.get('/v3/dead-letters')).body.data).toEqual([]);
  expect(await system.done(id)).toMatchObject({ rejected: 1 });
});

test('429 with Retry-After: 2 waits two seconds and spends no attempt', async () => {
  await using system = await startSystem();
  // Eight attempts are all there are: as many answers of 429 would exhaust them if they counted.
  const id = await send(system, [{ status: 429, headers: { 'retry-after': '2' }, times: 8 }]);
  expect(await system.done(id)).toMatchObject({ accepted: 1, rejected: 0 });
  const received = system.hook.requests();
  expect(received).toHaveLength(9);
  for (const [i, request] of received.slice(1).entries()) {
    expect(request.receivedAt - (received[i]?.receivedAt ?? 0)).toBeGreaterThanOrEqual(2000);
  }
});

test('an endpoint that always fails exhausts the attempts and becomes a dead letter', async () => {
  await using system = await startSystem({ apps: ['fanout'] });
  const impatient = await sender.start(sender.readConfig(system.env), { random: () => 0 });
  const id = await send(system, { status: 503 });
  expect(await system.done(id)).toMatchObject({ rejected: 1 });
  await impatient.close();
  expect(system.hook.counts().received).toBe(8);
  const { body } = await system.backend.get('/v3/dead-letters?reason=attempts_exhausted');
  expect(body.data).toEqual([expect.objectContaining({ eventId: id, attempts: 8 })]);
});

test('a call older than its deadline is expired and never sent', async () => {
  await using system = await startSystem();
  const call = aCall({ sentAt: Date.now() - 31_000 });
  await system.backend.post('/v3/events', call);
  expect(await system.done(call.id)).toMatchObject({ audience: 1, planned: 1, expired: 1, accepted: 0 });
  expect(system.hook.counts().received).toBe(0);
});

test('410 switches the endpoint off until an operator changes it', async () => {
  await using system = await startSystem();
  const id = await send(system, { status: 410 });
  expect(await system.done(id)).toMatchObject({ rejected: 1 });
  const path = '/v3/notifications/push/v1/providers/custom';
  const [provider] = (await system.backend.get(path)).body.data.pushProviders;
  expect(provider).toMatchObject({ isEnabled: false, disabled: { reason: 'http_410' } });
  const later = aMessage();
  await system.backend.post('/v3/events', later);
  expect(await system.done(later.id)).toMatchObject({ suppressed: { NO_TARGET: 1 } });
  system.hook.configure({ basicAuth: BASIC_AUTH });
  await system.backend.put(path, { isEnabled: true });
  const again = aMessage();
  await system.backend.post('/v3/events', again);
  expect(await system.done(again.id)).toMatchObject({ accepted: 1 });
});

test('with a signing secret every POST is signed, also with the old secret while it is being replaced', async () => {
  await using system = await startSystem();
  const path = '/v3/notifications/push/v1/providers/custom';
  const [older, newer] = ['a', 'b'].map((letter) => `whsec_${Buffer.from(letter.repeat(32)).toString('base64')}`);
  await system.backend.put(path, { signingSecret: older });
  await system.backend.put(path, { signingSecret: newer });
  for (const signingSecret of [older as string, newer as string]) {
    system.hook.configure({ basicAuth: BASIC_AUTH, signingSecret });
    const event = aMessage();
    await system.backend.post('/v3/events', event);
    expect(await system.done(event.id)).toMatchObject({ accepted: 1 });
  }
});
