import { until } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { aGroupMessage, uids } from '../support/events.ts';
import { PACK_SIZES, packsOf } from '../support/packs.ts';
import { AsyncDisposals, startProcess } from '../support/process.ts';
import { allAccepted } from '../support/received.ts';
import { startSystem } from '../support/system.ts';

const MEMBERS = 5000;
const KILLS = 3;
/** Sends one sender has in flight at most. */
const IN_FLIGHT = 50;
/** Answers that may wait to be recorded: what arrives in 25 ms, at most a pack or two. */
const UNRECORDED = 100;
const BOUND = KILLS * (IN_FLIGHT + UNRECORDED);

test.each(PACK_SIZES)(
  'a sender and a fanout killed in the middle of a large event lose no one, %i per job',
  async (size) => {
    await using system = await startSystem({ apps: [] });
    const env = { ...system.env, ...packsOf(size), SENDER_CONCURRENCY_BULK: String(IN_FLIGHT), FANOUT_SLICE: '200' };
    await system.backend.put('/v3/groups/large', { name: 'Large group' });
    await system.backend.loadMembers('large', uids(MEMBERS));
    await using processes = new AsyncDisposals();
    let fanout = processes.add(await startProcess('fanout', env));
    let sender = processes.add(await startProcess('sender', env));
    const event = aGroupMessage('large');
    await system.backend.post('/v3/events', event);

    for (let kill = 1; kill <= KILLS; kill++) {
      const reached = (kill * MEMBERS) / (KILLS + 2);
      await until(() => system.hook.counts().received >= reached, `${reached} POSTs arrive`, { timeoutMs: 60_000 });
      await Promise.all([sender.kill(), fanout.kill()]);
      fanout = processes.add(await startProcess('fanout', env));
      sender = processes.add(await startProcess('sender', env));
    }
    const counts = await system.done(event.id, 120_000);

    const received = system.hook.counts({ byUid: true });
    const lost = MEMBERS - Object.keys(received.byUid ?? {}).length;
    const duplicated = received.received - MEMBERS + lost;
    console.log(`kills=${KILLS} lost=${lost} duplicated=${duplicated} (bound ${BOUND})`);
    expect(lost).toBe(0);
    expect(duplicated).toBeLessThanOrEqual(BOUND);
    expect(counts).toEqual(allAccepted(MEMBERS));
  },
  240_000,
);
