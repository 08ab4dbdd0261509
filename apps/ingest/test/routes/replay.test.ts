import type { AcceptedEvent, EventRef, PlannedRecipient } from '@fanfare/core';
import { acceptEvent, listDeadLetters, planSlice, readProgress, settle } from '@fanfare/ledger';
import { until } from '@fanfare/testkit';
import { beforeEach, expect, test } from '@jest/globals';
import type { IngestDeps } from '../../src/deps.ts';
import { readReplay, resumeReplays, startReplay, stopReplay } from '../../src/routes/dead-letters/replay.ts';
import { type Selection, type StoredProgress, storeReplay } from '../../src/routes/dead-letters/replay-record.ts';
import { NOW, privateDeps } from '../support/private-deps.ts';

const deps = await privateDeps();
const HOUR = 3_600_000;
const UIDS = ['u0', 'u1', 'u2'];

/** An event whose deliveries were all given up: for one reason, the third for another. */
async function givenUp(key: string, id: string, uids = UIDS): Promise<EventRef> {
  const accepted: AcceptedEvent = {
    key,
    appId: 'demo',
    event: {
      id,
      type: 'message.sent',
      sentAt: NOW - HOUR,
      sender: { uid: 'ann' },
      conversation: { type: 'group', id: 'hiking' },
      message: { id: 'm1', category: 'message', type: 'text', text: 'hello' },
    },
    lane: 'chat',
    receivedAt: NOW - HOUR,
    leaveBy: NOW - 1,
    holdUntil: NOW - 1,
    settingsVersion: 1,
  };
  const event = await acceptEvent(deps.redis, accepted, { shards: 1 });
  const recipients = uids.map((uid): PlannedRecipient => ({ kind: 'send', uid, targets: [{ provider: 'custom' }] }));
  await planSlice(deps.redis, event, 'demo', 0, {
    first: 0,
    cursor: uids.at(-1) ?? '',
    last: true,
    recipients,
    packSize: 1,
  });
  const settlements = uids.map((uid, ordinal) => {
    const reason = ordinal === 2 ? 'http_410' : 'http_400';
    const deadLetter = { eventId: id, uid, provider: 'custom' as const, reason, attempts: 1 };
    return { ordinal, provider: 'custom' as const, state: 'rejected' as const, deadLetter };
  });
  await settle(deps.redis, event, 'demo', settlements, NOW);
  return event;
}

let ref: EventRef;
beforeEach(async () => {
  ref = await givenUp('em5x8k2a0000001', 'msg-1');
});

const letters = async () => (await listDeadLetters(deps.redis, 'demo', 1, { limit: 1000 })).letters;

/** A replay once it has ended. */
async function replay(selection: Selection, parts: IngestDeps = deps) {
  const { id, state } = await startReplay(parts, 'demo', selection);
  expect(state).toBe('running');
  return until(async () => {
    const progress = await readReplay(deps, 'demo', id);
    return progress?.state === 'running' ? undefined : progress;
  }, 'the replay ends');
}

test('sends those of a filter again, with a new deadline, and leaves the others', async () => {
  expect(await replay({ by: 'filter', filter: { reason: 'http_400' } })).toMatchObject({
    state: 'done',
    replayed: 2,
    skipped: 0,
  });
  expect((await letters()).map(({ uid }) => uid)).toEqual(['u2']);
  const ids = [`${ref.key}-0`, `${ref.key}-1`, `${ref.key}-2`];
  expect(await deps.producer.presence('deliveries-custom', 'chat', 0, ids)).toEqual(['present', 'present', 'missing']);
  expect((await readProgress(deps.redis, ref))?.counts).toMatchObject({ pending: 2, rejected: 1 });
  const jobs = await Promise.all(
    ids.slice(0, 2).map((id) => deps.redis.hget(`{p0}:deliveries-custom-chat:${id}`, 'data')),
  );
  for (const data of jobs) expect(JSON.parse(data ?? '{}').x).toBeGreaterThan(NOW);
});

test('sends those of an event again, found by its id, and nothing for an event that is not kept', async () => {
  expect(await replay({ by: 'filter', filter: { eventId: 'msg-2' } })).toMatchObject({ total: 0, replayed: 0 });
  expect(await replay({ by: 'filter', filter: { eventId: 'msg-1' } })).toMatchObject({ total: 3, replayed: 3 });
  expect(await letters()).toEqual([]);
});

test('sends those of these ids again, and no letter twice', async () => {
  const [first] = await letters();
  const ids = [first?.id ?? '', `${ref.key}-99`];
  expect(await replay({ by: 'ids', ids })).toMatchObject({ state: 'done', replayed: 1 });
  expect(await replay({ by: 'ids', ids })).toMatchObject({ state: 'done', replayed: 0 });
  expect(await letters()).toHaveLength(2);
});

test('two at once send each letter once', async () => {
  const all = { by: 'filter', filter: {} } as const;
  const [one, other] = await Promise.all([replay(all), replay(all)]);
  expect((one?.replayed ?? 0) + (other?.replayed ?? 0)).toBe(3);
  expect(await letters()).toEqual([]);
});

test('that is stopped ends after the letters in hand, and says how far it came', async () => {
  await givenUp(
    'em5x8k2a0000002',
    'msg-2',
    Array.from({ length: 117 }, (_, n) => `v${n}`),
  );
  let known: (id: string) => void = () => undefined;
  const started = new Promise<string>((resolve) => {
    known = resolve;
  });
  const stopping = {
    addDeliveries: async (...args: Parameters<typeof deps.producer.addDeliveries>) => {
      expect(await stopReplay(deps, 'demo', await started)).toMatchObject({ state: 'running', total: 120 });
      return deps.producer.addDeliveries(...args);
    },
  };
  const parts = { ...deps, producer: stopping } as unknown as IngestDeps;
  const { id } = await startReplay(parts, 'demo', { by: 'filter', filter: {} });
  known(id);
  await until(async () => (await readReplay(deps, 'demo', id))?.state === 'stopped', 'the replay stops');
  expect(await readReplay(deps, 'demo', id)).toEqual({ id, state: 'stopped', total: 120, replayed: 50, skipped: 0 });
  expect(await letters()).toHaveLength(70);
  // What is left can be replayed, and a stopped one does not go on.
  expect(await stopReplay(deps, 'demo', id)).toMatchObject({ state: 'stopped' });
  expect(await replay({ by: 'filter', filter: {} })).toMatchObject({ state: 'done', total: 70, replayed: 70 });
});

test('that is stopped while its letters are counted sends none', async () => {
  const id = await abandoned({ by: 'filter', filter: {} });
  await stopReplay(deps, 'demo', id);
  expect(await resumed(id)).toEqual({ id, state: 'stopped', replayed: 0, skipped: 0 });
  expect(await letters()).toHaveLength(3);
});

test('that cannot go on says so', async () => {
  const refusing = { addDeliveries: () => Promise.reject(new Error('queue away')) };
  const broken = { ...deps, producer: refusing } as unknown as IngestDeps;
  expect(await replay({ by: 'filter', filter: {} }, broken)).toMatchObject({ state: 'failed' });
});

test('that fails at one letter counts the others in hand', async () => {
  let calls = 0;
  const once = {
    addDeliveries: async (...args: Parameters<typeof deps.producer.addDeliveries>) => {
      if (calls++ === 0) throw new Error('queue away');
      return deps.producer.addDeliveries(...args);
    },
  };
  const parts = { ...deps, producer: once } as unknown as IngestDeps;
  expect(await replay({ by: 'filter', filter: {} }, parts)).toMatchObject({ state: 'failed', replayed: 2 });
});

test('is unknown to another app', async () => {
  const { id } = await startReplay(deps, 'demo', { by: 'ids', ids: ['none'] });
  expect(await readReplay(deps, 'other', id)).toBeUndefined();
  await until(async () => (await readReplay(deps, 'demo', id))?.state === 'done', 'the replay ends');
});

/** A replay whose process died before it sent anything. */
async function abandoned(selection: Selection, came: Partial<StoredProgress> = {}): Promise<string> {
  const lease = { appId: 'demo', id: 'abandoned', token: 'dead' };
  const progress = { id: lease.id, state: 'running' as const, replayed: 0, skipped: 0, ...came };
  await storeReplay(deps.redis, lease, { selection, startedAt: NOW }, progress);
  await deps.redis.del('replay:{demo}:abandoned:lease');
  return lease.id;
}

/** A replay once another process has resumed and ended it. */
async function resumed(id: string) {
  const stop = resumeReplays(deps);
  try {
    return await until(async () => {
      const progress = await readReplay(deps, 'demo', id);
      return progress?.state === 'running' ? undefined : progress;
    }, 'the replay ends');
  } finally {
    stop();
  }
}

test.each([
  ['the letters in hand', (ids: string[]) => ids],
  ['the letter in hand, as older versions store it,', (ids: string[]) => ids[0] ?? ''],
])('counts %s that had left the list when it is resumed', async (_, inHand) => {
  const ids = (await letters()).map(({ id }) => id);
  expect(await replay({ by: 'ids', ids: ids.slice(0, 1) })).toMatchObject({ replayed: 1 });
  const id = await abandoned({ by: 'filter', filter: {} }, { total: 3, inHand: inHand(ids) });
  expect(await resumed(id)).toEqual({ id, state: 'done', total: 3, replayed: 3, skipped: 0 });
});

const ORDER = 'replay:{demo}:abandoned:order';

test('of an event is resumed for that event alone', async () => {
  await givenUp('em5x8k2a0000002', 'msg-2');
  const id = await abandoned({ by: 'filter', filter: { eventId: 'msg-1', reason: 'http_400' } });
  expect(await resumed(id)).toMatchObject({ state: 'done', total: 2, replayed: 2 });
  expect((await letters()).map(({ eventId, uid }) => `${eventId} ${uid}`).sort()).toEqual([
    'msg-1 u2',
    'msg-2 u0',
    'msg-2 u1',
    'msg-2 u2',
  ]);
});

test('of an event is never taken for one of all letters by a version that does not know such replays', async () => {
  await abandoned({ by: 'filter', filter: { eventId: 'msg-1' } });
  const { selection } = JSON.parse((await deps.redis.get(ORDER)) ?? '');
  // What that version does: it looks at the ids, or at the provider and the reason, and fails if it cannot.
  const selects = async () => {
    if (selection.by === 'ids') return (await letters()).slice(0, selection.ids.length);
    const { provider, reason } = selection.filter;
    const all = await letters();
    return all.filter(
      (letter) => (provider ?? letter.provider) === letter.provider && (reason ?? letter.reason) === letter.reason,
    );
  };
  await expect(selects()).rejects.toThrow(TypeError);
});

test.each(['order', 'selection', 'filter'])(
  'with an unknown field in its %s fails and sends nothing',
  async (place) => {
    const id = await abandoned({ by: 'filter', filter: {} });
    const order = JSON.parse((await deps.redis.get(ORDER)) ?? '');
    Object.assign({ order, selection: order.selection, filter: order.selection.filter }[place] ?? {}, { later: 'x' });
    await deps.redis.set(ORDER, JSON.stringify(order));
    expect(await resumed(id)).toEqual({ id, state: 'failed', replayed: 0, skipped: 0 });
    expect(await letters()).toHaveLength(3);
    expect(await deps.redis.exists(ORDER)).toBe(0);
  },
);
