import * as fanout from '@fanfare/fanout/app';
import { expect, test } from '@jest/globals';
import { aMessage } from '../support/events.ts';
import { received, set, tell } from '../support/received.ts';
import { jobsOf, loseJob, SWEEP_TIMES, type System, startSystem } from '../support/system.ts';

const badgesOfBob = (system: System) => received(system).map(({ details }) => details.unreadMessageCount);
const readByEvent = (id: string) => ({
  id: `read-${id}`,
  type: 'message.read',
  sentAt: Date.now(),
  sender: { uid: 'bob' },
  conversation: { type: 'user', id: 'alice' },
  message: { id },
});

/** A phone that is open shows a message before the fan-out, which is behind, has counted it. */
test.each<[string, (system: System, id: string) => Promise<unknown>]>([
  ['the phone', ({ backend }, id) => backend.post(`/v3/messages/${id}/read?uid=bob`, undefined)],
  ['an event', ({ backend }, id) => backend.post('/v3/events', readByEvent(id))],
])('a message that is read, as %s says, before it is counted is not counted', async (_, read) => {
  await using system = await startSystem({ apps: ['sender'] });
  await set(system, { badge: true });
  const message = aMessage();
  await system.backend.post('/v3/events', message);
  // Until the sweeper finds it.
  for (const job of await jobsOf(system, 'events-chat')) await loseJob(system, 'events-chat', job);
  await read(system, message.message.id);
  const running = await fanout.start(fanout.readConfig(system.env), { sweepTimes: SWEEP_TIMES });
  try {
    await system.done(message.id);
    await tell(system, aMessage());
    expect(badgesOfBob(system).at(-1)).toBe(1);
  } finally {
    await running.close();
  }
});
