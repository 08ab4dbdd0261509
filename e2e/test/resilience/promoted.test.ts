import { startTestCluster, startTestSentinel, type TestRedis, until } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { aMessage } from '../support/events.ts';
import { type System, startSystem } from '../support/system.ts';

/** Events posted before, during and after the failover; the primary dies after a third of them. */
const EVENTS = 150;

/** Posts the same events until each is accepted, as a chat backend does that repeats what failed. */
async function postAll(system: System, ids: readonly string[], onAccepted: (count: number) => void): Promise<void> {
  let accepted = 0;
  const left = [...ids];
  const post = async () => {
    for (let id = left.shift(); id !== undefined; id = left.shift()) {
      const event = aMessage({ id, conversation: { type: 'user', id: `user-${id}`, name: 'Someone' } });
      await until(async () => (await system.backend.post('/v3/events', event)).status === 202, `${id} is accepted`, {
        timeoutMs: 60_000,
        everyMs: 100,
      });
      accepted++;
      onAccepted(accepted);
    }
  };
  await Promise.all(Array.from({ length: 10 }, post));
}

/** Whether an event is done; false also for one that the new primary does not know. */
async function isDone(system: System, id: string): Promise<boolean> {
  const { body } = await system.backend.get(`/v3/events/${id}`);
  return body.data?.state === 'done' && body.data.counts.accepted === 1;
}

/** Kills a primary under load. Returns how many answered events are gone, after all others are done. */
async function lostAfterKill(system: System, kill: () => Promise<void>): Promise<number> {
  const ids = Array.from({ length: EVENTS }, (_, i) => `failover-${i}`);
  let killed: Promise<void> | undefined;
  await postAll(system, ids, (accepted) => {
    if (accepted >= EVENTS / 3) killed ??= kill();
  });
  await killed;
  const isKnown = async (id: string) => (await system.backend.get(`/v3/events/${id}`)).status === 200;
  const known: string[] = [];
  for (const id of ids) if (await isKnown(id)) known.push(id);
  for (const id of known) await until(() => isDone(system, id), `${id} is done`, { timeoutMs: 60_000 });
  return ids.length - known.length;
}

/** Takes half a minute, so it is not in every run. */
const onCluster = process.env.TEST_REDIS === 'cluster' ? test : test.skip;

onCluster(
  'a primary of a cluster dies under load: its replica goes on, and at most the last moment is lost',
  async () => {
    const cluster = await startTestCluster({ replicas: 1, nodeTimeoutMs: 2000 });
    const redis = { ...cluster, server: cluster.nodes[0]?.server } as TestRedis;
    await using system = await startSystem({ redis, env: { QUEUE_SHARDS: '3' } });
    const lost = await lostAfterKill(system, async () => cluster.nodes[0]?.server.kill());
    console.log(`cluster: lost=${lost} of ${EVENTS} answered`);
    expect(lost).toBeLessThanOrEqual(20);
  },
  120_000,
);

test('a primary that Sentinel watches dies under load: its replica goes on', async () => {
  const sentinel = await startTestSentinel();
  await using system = await startSystem({ redis: sentinel });
  const lost = await lostAfterKill(system, () => sentinel.server.kill());
  console.log(`sentinel: lost=${lost} of ${EVENTS} answered`);
  expect(lost).toBeLessThanOrEqual(20);
}, 120_000);
