import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { longTurn, shortTurn } from '../../src/accept/turn.ts';
import { postedIn } from '../../src/routes/events/posted-events.ts';

/** The result of parsing each event of a body. */
async function offersIn(body: Buffer) {
  const posted = postedIn(body);
  return posted.parse(posted.isLong ? await longTurn() : shortTurn);
}

const event = (changes: object = {}) => ({
  id: 'e1',
  type: 'message.sent',
  sentAt: 1_741_847_453_000,
  sender: { uid: 'alice' },
  conversation: { type: 'user', id: 'bob' },
  message: { id: '1', text: 'hi' },
  ...changes,
});
const bytes = (body: unknown) => Buffer.from(JSON.stringify(body));
const nested = (depth: number): unknown => JSON.parse('['.repeat(depth) + ']'.repeat(depth));

/** What is wrong with each event of a batch, undefined for a good one. */
async function judged(batch: unknown[]) {
  const offers = await offersIn(bytes(batch));
  return offers.map(({ parsed }) => (parsed.ok ? undefined : `${parsed.error.code} ${parsed.error.message}`));
}

describe('an event of a batch', () => {
  test.each([
    [
      'larger than 256 KB',
      { custom: { blob: 'x'.repeat(256 * 1024) } },
      'ERR_PAYLOAD_TOO_LARGE body: is larger than 262144 bytes',
    ],
    [
      'nested too deep',
      { custom: { deep: nested(100) } },
      'ERR_BAD_REQUEST body: must not be nested more than 64 deep',
    ],
    [
      'with too many keys',
      { custom: { objects: Array(40_000).fill({}) } },
      'ERR_BAD_REQUEST body: must not have more than 30000 keys, objects and arrays',
    ],
  ])('that is %s is refused alone', async (_what, changes, problem) => {
    expect(await judged([event(), event(changes), event()])).toEqual([undefined, problem, undefined]);
  });

  test('that is no JSON makes the body no JSON', async () => {
    await expect(offersIn(Buffer.from('[{},{]'))).rejects.toMatchObject({ message: 'body: is not JSON' });
  });
});

test('a single event has the limits of one in a batch', async () => {
  const large = event({ custom: { blob: 'x'.repeat(256 * 1024) } });
  await expect(offersIn(bytes(large))).rejects.toMatchObject({ code: 'ERR_PAYLOAD_TOO_LARGE' });
});

test('a list that is too long is refused before any of it is parsed', async () => {
  await expect(offersIn(Buffer.from(`[${'nonsense,'.repeat(2000)}1]`))).rejects.toMatchObject({
    message: 'body: must not have more than 1000 elements',
  });
});

test.each([
  ['bad members', Array(260).fill({ ...event(), type: 'group.member_joined', members: Array(9000).fill(1) })],
  ['events with nothing in them', Array(1000).fill({})],
])('other requests get their turn while a batch is judged: %s', async (_what, batch) => {
  let turns = 0;
  let judging = true;
  const others = (async () => {
    for (; judging; turns++) await setImmediate();
  })();
  const offers = await offersIn(bytes(batch));
  judging = false;
  await others;
  expect(offers).toHaveLength(batch.length);
  expect(turns).toBeGreaterThan(1);
});
