import { FanfareServer, type MessageEvent } from '@fanfare/client';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { aMessage } from '../support/events.ts';
import { exampleEnv } from '../support/example.ts';
import { type System, startSystem } from '../support/system.ts';

let system: System;
let apiKey: string;
beforeAll(async () => {
  system = await startSystem({ apps: [] });
  apiKey = (await exampleEnv(system)).FANFARE_API_KEY as string;
});
afterAll(() => system[Symbol.asyncDispose]());

type Posted = { ids: string[] };

/** A client and the requests it has sent; `lose` breaks the connection after the server has answered. */
function clientOf({ lose = () => false }: { lose?: (request: number) => boolean } = {}) {
  const requests: Posted[] = [];
  const recording: typeof fetch = async (input, init) => {
    const body = JSON.parse(String(init?.body));
    const number = requests.push({ ids: [body].flat().map(({ id }: { id: string }) => id) });
    const answer = await fetch(input, init);
    if (!lose(number)) return answer;
    await answer.arrayBuffer();
    throw new TypeError('fetch failed');
  };
  const sleep = async () => undefined;
  return { client: new FanfareServer({ url: system.url, apiKey, fetch: recording, sleep }), requests };
}

const messages = (count: number) => Array.from({ length: count }, () => aMessage() as MessageEvent);

test('a single event is sent alone', async () => {
  const { client, requests } = clientOf();
  const [event] = messages(1) as [MessageEvent];
  expect(await client.publish(event)).toEqual({ id: event.id, status: 'accepted' });
  expect(requests).toEqual([{ ids: [event.id] }]);
});

test('a thousand published at once share requests of at most 100, in order, and each gets its own result', async () => {
  const { client, requests } = clientOf();
  const events = messages(1000);
  const results = await Promise.all(events.map((event) => client.publish(event)));
  expect(results).toEqual(events.map(({ id }) => ({ id, status: 'accepted' })));
  expect(requests.map(({ ids }) => ids.length)).toEqual(Array(10).fill(100));
  expect(requests.flatMap(({ ids }) => ids)).toEqual(events.map(({ id }) => id));
});

test('those published while a request is under way go together with the next', async () => {
  const { client, requests } = clientOf();
  const events = messages(50);
  const publishing = [];
  for (const event of events) {
    publishing.push(client.publish(event));
    await Promise.resolve();
    await Promise.resolve();
  }
  await Promise.all(publishing);
  expect(requests.length).toBeLessThan(events.length);
  expect(requests.flatMap(({ ids }) => ids)).toEqual(events.map(({ id }) => id));
});

test('an invalid event fails alone, with all that is wrong', async () => {
  const { client } = clientOf();
  const [good, other] = messages(2) as [MessageEvent, MessageEvent];
  const bad = { ...good, id: 'bad', sentAt: 1, sender: { uid: 'no uid' } };
  const results = await Promise.allSettled([good, bad, other].map((event) => client.publish(event)));
  expect(results).toMatchObject([
    { value: { id: good.id, status: 'accepted' } },
    {
      reason: {
        code: 'ERR_BAD_REQUEST',
        status: 400,
        details: { problems: [{ field: 'sentAt' }, { field: 'sender.uid' }] },
      },
    },
    { value: { id: other.id, status: 'accepted' } },
  ]);
});

test('when the answer is lost the same ids are sent again, and each counts once', async () => {
  const { client, requests } = clientOf({ lose: (request) => request <= 2 });
  const events = messages(20);
  const results = await Promise.all(events.map((event) => client.publish(event)));
  expect(results).toEqual(events.map(({ id }) => ({ id, status: 'duplicate' })));
  const ids = events.map(({ id }) => id);
  expect(requests).toEqual([{ ids }, { ids }, { ids }]);
});

test('a refused key fails every event of the request', async () => {
  const client = new FanfareServer({ url: system.url, apiKey: 'fk_wrong' });
  const results = await Promise.allSettled(messages(3).map((event) => client.publish(event)));
  expect(results).toMatchObject(Array(3).fill({ reason: { code: 'AUTH_ERR_APIKEY_NOT_FOUND', status: 401 } }));
});

test('events that together are larger than a request are spread', async () => {
  const { client, requests } = clientOf();
  const events = messages(100).map((event) => ({ ...event, message: { ...event.message, text: 'x'.repeat(60_000) } }));
  const results = await Promise.all(events.map((event) => client.publish(event)));
  expect(results.map(({ id }) => id)).toEqual(events.map(({ id }) => id));
  // A slow machine may repeat one of them.
  expect(new Set(requests.map(({ ids }) => ids.length))).toEqual(new Set([83, 17]));
});
