import { expect, test } from '@jest/globals';
import * as cc from '../support/cometchat.ts';
import { received } from '../support/received.ts';
import { startSystem } from '../support/system.ts';

test('the custom webhook gets "AUDIO CALL" for a call that is cancelled or unanswered, as in the seeds', async () => {
  await using system = await startSystem();
  const at = Math.floor(Date.now() / 1000);
  const post = async (body: unknown) => {
    const { body: answer } = await system.backend.post('/v3/webhooks/cometchat', body);
    await system.done(answer.data.events[0].id);
  };
  for (const state of ['call_cancelled', 'call_unanswered']) {
    await post(cc.initiated(`ring-${state}`, `v1.${state}`, at));
    await post(cc.callState(state, `end-${state}`, at + 1));
  }
  expect(received(system).map(({ details }) => [details.callAction, details.body])).toEqual([
    ['initiated', 'AUDIO CALL'],
    ['cancelled', 'AUDIO CALL'],
    ['initiated', 'AUDIO CALL'],
    ['unanswered', 'AUDIO CALL'],
  ]);
});
