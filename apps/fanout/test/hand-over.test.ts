import { shardTag } from '@fanfare/redis';
import { slowFor, startTestRedis } from '@fanfare/testkit';
import { afterAll, expect, test } from '@jest/globals';
import { HandOvers } from '../src/hand-over.ts';
import { APP } from './support/fanout.ts';

const own = await startTestRedis();
afterAll(() => own[Symbol.asyncDispose]());

/** A slice of an event that is gone. */
const slice = { first: 0, cursor: '', last: true, packSize: 1, recipients: [] };
const gone = { key: 'gone', lock: { key: `${shardTag(0)}:lock`, token: 'token' }, number: 0, slice, jobs: [] };
const shard = (number: number) => ({ shard: number, lane: 'chat', appId: APP }) as const;

test('a shard whose server does not answer delays no other', async () => {
  let answer: () => void = () => undefined;
  const redis = slowFor(own.url, shardTag(1), new Promise((resolve) => (answer = resolve)));
  try {
    const handOvers = new HandOvers({ redis, now: Date.now });
    const waiting = handOvers.add(shard(1), { ...gone, lock: { key: `${shardTag(1)}:lock`, token: 'token' } });
    for (let n = 0; n < 2; n++) expect(await handOvers.add(shard(0), gone)).toEqual({ kind: 'fenced' });
    answer();
    expect(await waiting).toEqual({ kind: 'fenced' });
  } finally {
    redis.disconnect();
  }
});
