import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { startEndpoint } from '../support/endpoint.ts';
import { startProvider } from '../support/provider.ts';
import { aCredential, aPush } from '../support/push.ts';

/** Only timers are faked, so that both deadlines pass at one moment; sockets run normally. */
beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate', 'clearImmediate', 'Date'] });
});
afterEach(() => {
  jest.useRealTimers();
});

test('a send that waits for a busy connection ends at the deadline and is not sent later', async () => {
  let onFirst: () => void = () => undefined;
  const firstArrived = new Promise<void>((resolve) => {
    onFirst = resolve;
  });
  await using endpoint = await startEndpoint((response, { headers }) =>
    headers['webhook-id'] === 'first' ? onFirst() : response.end(),
  );
  await using provider = startProvider({ timeoutMs: 20_000, connectionsPerOrigin: 1 });
  const credential = aCredential(endpoint.url, { signingSecrets: [`whsec_${Buffer.alloc(24, 1).toString('base64')}`] });
  const send = (deliveryId: string) => provider.send(aPush({ deliveryId }), credential);

  const first = send('first');
  await firstArrived;
  const second = send('second');
  jest.advanceTimersByTime(20_000);
  expect(await first).toMatchObject({ kind: 'retryable', reason: 'timeout' });
  expect(await second).toMatchObject({ kind: 'retryable', reason: 'timeout' });

  jest.useRealTimers();
  expect(await send('third')).toEqual({ kind: 'accepted' });
  expect(endpoint.received.map(({ headers }) => headers['webhook-id'])).toEqual(['first', 'third']);
});
