import { customBody, DEFAULT_SETTINGS, type NotifyingEvent, renderDetails } from '@fanfare/core';
import { CALL, CHAT, GROUP_ACTION, REACTION } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { ANDREW, GEORGE, grouped, INITIATED, members, reacted, sent } from '../support/cometchat-samples.ts';
import { translated } from './translate.ts';

test.each([
  ['chat', sent(), CHAT],
  ['call', INITIATED, CALL],
  ['reaction', reacted('message_reaction_added'), REACTION],
  ['group action', grouped('group_member_left', { members: members(ANDREW) }), GROUP_ACTION],
])('a webhook from CometChat ends as the documented %s payload, byte for byte', (what, body, sample) => {
  const { uid } = sample.data.to;
  // A reaction does not name whose message it is: that name is looked up.
  const receiver = what === 'reaction' ? { name: GEORGE.name, avatar: GEORGE.avatar } : undefined;
  const push = {
    deliveryId: 'em86z00g8000000-0',
    appId: 'app123',
    region: 'us',
    uid,
    details: renderDetails(translated(body) as NotifyingEvent, {
      settings: DEFAULT_SETTINGS,
      profiles: { receiver },
      recipient: { uid },
      provider: 'custom',
    }),
    deadlineAt: 0,
    holdUntil: 0,
  };
  const expected = structuredClone(sample);
  // Without a time of its own, the group action happened when the webhook came.
  if (what === 'group action') Object.assign(expected.data.notificationDetails, { sentAt: '1800000000000' });
  expect(JSON.stringify(customBody(push))).toBe(JSON.stringify(expected));
});
