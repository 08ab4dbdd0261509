import { type PlannedRecipient, packId } from '@fanfare/core';
import { readAttempts, readStates, settle } from '@fanfare/ledger';
import { createUser, deleteUser } from '@fanfare/store';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { handlePack } from '../src/handle-pack.ts';
import { countsOf, plan, takeJob } from './support/deliveries.ts';
import { startOwnSender } from './support/own-sender.ts';
import { APP, type Sender } from './support/sender.ts';

const { redis, webhook, fresh } = await startOwnSender();

let sender: Sender;
beforeEach(async () => {
  sender = await fresh();
});
afterEach(async () => sender[Symbol.asyncDispose]());

const CUSTOM = { shard: 0, lane: 'bulk', provider: 'custom' } as const;

/** An event for so many recipients, in one pack, and its job. */
async function pack(size: number) {
  const recipients = Array.from(
    { length: size },
    (_, i): PlannedRecipient => ({ kind: 'send', uid: `u${i}`, targets: [{ provider: 'custom' }] }),
  );
  const planned = await plan(redis, undefined, { lane: 'bulk', recipients, packSize: size });
  const job = (changes: Parameters<typeof takeJob>[1] = {}) =>
    takeJob(planned.ref, { ...changes, data: { count: size } });
  return { ...planned, job, ordinals: recipients.map((_, i) => i) };
}

/** The waiting and delayed jobs of the queue: what they contain, by id. */
async function jobs() {
  const ids = [
    ...(await redis.lrange('{p0}:deliveries-custom-bulk:wait', 0, -1)),
    ...(await redis.zrange('{p0}:deliveries-custom-bulk:delayed', '0', '-1')),
  ];
  const data = await Promise.all(ids.map((id) => redis.hget(`{p0}:deliveries-custom-bulk:${id}`, 'data')));
  return Object.fromEntries(ids.map((id, i) => [id, JSON.parse(data[i] ?? '')]));
}

describe.each([2, 7, 100])('of a pack of %i', (size) => {
  test('each delivery is sent and settled', async () => {
    const { ref, job } = await pack(size);
    expect(await handlePack(sender, CUSTOM, job())).toEqual({ do: 'done' });
    expect(new Set(webhook.received).size).toBe(size);
    expect(await countsOf(redis, ref)).toEqual({ audience: size, planned: size, accepted: size });
    const uids = sender.attempts.map(({ uid }) => uid);
    expect(uids).toHaveLength(size);
    expect(new Set(uids)).toEqual(new Set(Array.from({ length: size }, (_, i) => `u${i}`)));
  });

  test('those that are settled are not sent again, however the job came', async () => {
    const { ref, job } = await pack(size);
    const first = { ordinal: 0, provider: 'custom', state: 'accepted' } as const;
    await settle(redis, ref, APP, [first], sender.now());
    await handlePack(sender, CUSTOM, job());
    await handlePack(sender, CUSTOM, job());
    expect(new Set(webhook.received).size).toBe(size - 1);
    expect(webhook.received).not.toContain(`${ref.key}-0`);
    expect(webhook.received).toHaveLength(size - 1);
  });

  test('one that must be retried leaves as a job of its own, with the attempt it has spent', async () => {
    webhook.answers.push({ status: 503 });
    const { ref, job, ordinals } = await pack(size);
    expect(await handlePack(sender, CUSTOM, job())).toEqual({ do: 'done' });
    const failed = Number(webhook.received[0]?.split('-')[1]);
    expect(await countsOf(redis, ref)).toEqual({ audience: size, planned: size, accepted: size - 1, pending: 1 });
    expect((await readStates(redis, ref, ordinals))[failed]).toBe('retrying');
    expect(await readAttempts(redis, ref, failed)).toMatchObject([{ outcome: 'retryable', reason: 'http_503' }]);
    expect(await jobs()).toEqual({ [`${ref.key}-${failed}`]: { e: ref.key, s: 0, o: failed, a: 1, r: 1 } });

    const single = takeJob(ref, { data: { ordinal: failed, attempts: 1, addedAgain: true } });
    expect(await handlePack(sender, CUSTOM, single)).toEqual({ do: 'done' });
    expect(await countsOf(redis, ref)).toEqual({ audience: size, planned: size, accepted: size });
    expect(sender.attempts.at(-1)).toMatchObject({ attempt: 2, settled: 'accepted' });
  });

  test('one whose job was not added before its sender died gets it from the next', async () => {
    const { ref, job } = await pack(size);
    await settle(redis, ref, APP, [{ ordinal: 1, provider: 'custom', state: 'retrying' }], sender.now());
    await handlePack(sender, CUSTOM, job({ startedBefore: true, lostBefore: true }));
    expect(webhook.received).not.toContain(`${ref.key}-1`);
    expect(await countsOf(redis, ref)).toMatchObject({ accepted: size - 1, pending: 1 });
    expect(await jobs()).toEqual({ [`${ref.key}-1`]: { e: ref.key, s: 0, o: 1, r: 1 } });
  });

  test('recipients who have been erased are left out, and the others are notified', async () => {
    const { ref, job } = await pack(size);
    await createUser(redis, APP, 'u1', 1);
    await deleteUser(redis, APP, 'u1');
    expect(await handlePack(sender, CUSTOM, job())).toEqual({ do: 'done' });
    const counts = { audience: size, planned: size, accepted: size - 1, superseded: 1 };
    expect(await countsOf(redis, ref)).toEqual(counts);
  });

  test('nothing is sent without the lock, and the job waits', async () => {
    const { ref, job } = await pack(size);
    expect(await handlePack(sender, CUSTOM, job({ holdsLock: () => false }))).toEqual({ do: 'wait', delayMs: 1 });
    expect(webhook.received).toEqual([]);
    expect(await countsOf(redis, ref)).toEqual({ audience: size, planned: size, pending: size });
    expect(await jobs()).toEqual({});
  });

  test('a job of the previous version, which names its target, is one delivery', async () => {
    const { ref } = await pack(size);
    const { slice: _, ...before } = takeJob(ref).data;
    await handlePack(sender, CUSTOM, { ...takeJob(ref), data: before });
    expect(webhook.received).toEqual([packId(ref.key, 0, 1)]);
    expect(await countsOf(redis, ref)).toMatchObject({ accepted: 1, pending: size - 1 });
  });
});
