import { EventEmitter, once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { expect, test } from '@jest/globals';
import { startEndpoint } from '../support/endpoint.ts';
import { answering, FIRST, startSource } from '../support/membership.ts';

const BOB = { kind: 'page', members: ['bob'] };
const yes = (response: ServerResponse | undefined) => response?.writeHead(200).end('{"members":["bob"]}');

/** A backend that answers when told to. */
async function startSlow() {
  const waiting: ServerResponse[] = [];
  const arrivals = new EventEmitter();
  const endpoint = await startEndpoint((response) => {
    waiting.push(response);
    arrivals.emit('request');
  });
  const arrived = async (count: number) => {
    while (waiting.length < count) await once(arrivals, 'request');
  };
  return { ...endpoint, waiting, arrived };
}

test.each([
  ['call', 4],
  ['chat', 8],
  ['bulk', 1],
] as const)('in the %s lane one backend is asked for at most %i pages at once', async (lane, atOnce) => {
  await using endpoint = await startSlow();
  await using source = startSource();
  const { url } = endpoint;
  const inHand = Array.from({ length: atOnce }, () => source.page({ url }, { ...FIRST, lane }));
  await endpoint.arrived(atOnce);

  expect(await source.page({ url }, { ...FIRST, lane })).toEqual({ kind: 'later', inMs: 50 });
  const otherLane = source.page({ url }, { ...FIRST, lane: lane === 'call' ? 'chat' : 'call' });
  await endpoint.arrived(atOnce + 1);
  await using other = await answering({ members: ['bob'] });
  expect(await source.page({ url: other.url }, { ...FIRST, lane })).toEqual(BOB);

  endpoint.waiting.forEach(yes);
  expect(await Promise.all([...inHand, otherLane])).toEqual([...inHand, otherLane].map(() => BOB));
  const again = source.page({ url }, { ...FIRST, lane });
  await endpoint.arrived(atOnce + 2);
  yes(endpoint.waiting.at(-1));
  expect(await again).toEqual(BOB);
});

test('a failing backend is left alone, longer after each failure, until it works', async () => {
  let status = 503;
  await using endpoint = await startEndpoint((response) => response.writeHead(status).end('{"members":["bob"]}'));
  let now = 1_741_847_453_000;
  await using source = startSource({ now: () => now });
  const ask = () => source.page({ url: endpoint.url }, FIRST);
  const rests: number[] = [];
  for (let failures = 1; failures <= 7; failures++) {
    expect(await ask()).toEqual({ kind: 'failed', reason: 'http_503' });
    const answer = await ask();
    expect(answer.kind).toBe('later');
    if (answer.kind === 'later') rests.push(answer.inMs);
    expect(endpoint.received).toHaveLength(failures);
    now += rests.at(-1) ?? 0;
  }
  expect(rests).toEqual([500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
  status = 200;
  expect([await ask(), await ask()]).toEqual([BOB, BOB]);
  status = 503;
  await ask();
  expect(await ask()).toEqual({ kind: 'later', inMs: 500 });
});

test('after a failure one request goes first', async () => {
  await using endpoint = await startSlow();
  let now = 1_741_847_453_000;
  await using source = startSource({ now: () => now });
  const ask = () => source.page({ url: endpoint.url }, FIRST);
  const first = ask();
  await endpoint.arrived(1);
  endpoint.waiting[0]?.writeHead(500).end();
  await first;
  now += 500;
  const probe = ask();
  expect(await ask()).toEqual({ kind: 'later', inMs: 500 });
  await endpoint.arrived(2);
  yes(endpoint.waiting[1]);
  expect(await probe).toEqual(BOB);
});

test('a backend that says when to retry is left alone until then, a minute at most', async () => {
  for (const [retryAfter, inMs] of [
    ['7', 7000],
    ['3600', 60_000],
  ] as const) {
    await using endpoint = await answering('', 429, { 'retry-after': retryAfter });
    const now = 1_741_847_453_000;
    await using source = startSource({ now: () => now });
    expect(await source.page({ url: endpoint.url }, FIRST)).toEqual({ kind: 'failed', reason: 'http_429' });
    expect(await source.page({ url: endpoint.url }, FIRST)).toEqual({ kind: 'later', inMs });
  }
});

test.each([
  ['refuses one group', '', 404],
  ['answers nonsense about one group', 'nonsense', 200],
])('a backend that %s is still asked about others', async (_what, answer, status) => {
  await using endpoint = await startEndpoint((response, { path }) =>
    path.endsWith('hiking') ? response.writeHead(status).end(answer) : yes(response),
  );
  await using source = startSource();
  expect((await source.page({ url: endpoint.url }, FIRST)).kind).toBe('failed');
  expect(await source.page({ url: endpoint.url }, { ...FIRST, guid: 'sailing' })).toEqual(BOB);
});

test('a backend that fails for one app is still called for another app', async () => {
  let status = 503;
  await using endpoint = await startEndpoint((response) => response.writeHead(status).end('{"members":["bob"]}'));
  await using source = startSource();
  const ask = (appId: string) => source.page({ url: endpoint.url }, { ...FIRST, appId });
  expect(await ask('a')).toEqual({ kind: 'failed', reason: 'http_503' });
  status = 200;
  expect((await ask('a')).kind).toBe('later');
  expect(await ask('b')).toEqual(BOB);
});

test('an app gets half of a backend that another app uses too', async () => {
  await using endpoint = await startSlow();
  await using source = startSource();
  const ask = (appId: string) => source.page({ url: `${endpoint.url}/${appId}` }, { ...FIRST, appId });
  const inHand = [ask('a'), ask('b'), ask('a'), ask('a'), ask('a')];
  await endpoint.arrived(5);
  expect(await ask('a')).toEqual({ kind: 'later', inMs: 50 });
  inHand.push(ask('b'));
  await endpoint.arrived(6);
  endpoint.waiting.forEach(yes);
  expect(await Promise.all(inHand)).toEqual(inHand.map(() => BOB));
});
