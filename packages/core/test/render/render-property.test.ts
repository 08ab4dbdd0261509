import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  DEFAULT_TEMPLATES,
  effectiveSettings,
  isMessage,
  mentionsIn,
  type NotifyingEvent,
  render,
  renderDetails,
} from '../../src/index.ts';
import { anyUid, event } from '../support/sample-events.ts';
import { details } from './render-context.ts';

const anyObject = fc.dictionary(fc.constantFrom('data', 'id', 'text', 'entities', '__proto__'), fc.jsonValue(), {
  maxKeys: 4,
});
const deepObject = fc.record(
  {
    data: fc.record(
      { text: fc.jsonValue(), mentions: fc.jsonValue(), metadata: fc.jsonValue(), entities: anyObject },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: [] },
);

/** Messages of every category, with any texts and objects a backend may send. */
const anyMessage: fc.Arbitrary<NotifyingEvent> = fc
  .record({
    type: fc.constantFrom('message.sent' as const, 'message.edited' as const, 'message.deleted' as const),
    group: fc.boolean(),
    category: fc.constantFrom('message', 'custom', 'interactive'),
    kind: fc.constantFrom('text', 'image', 'form', 'card', 'extension_poll', 'constructor', '__proto__'),
    text: fc.option(fc.oneof(fc.string(), fc.constant('<@uid:bob> {{message.data.text}}')), { nil: undefined }),
    mentions: fc.array(fc.oneof(anyUid, fc.constant('bob')), { maxLength: 3 }),
    mentionsAll: fc.boolean(),
    object: fc.option(fc.oneof(anyObject, deepObject), { nil: undefined }),
  })
  .map(({ type, group, kind, ...message }) =>
    event(type, {
      conversation: group ? { type: 'group', id: 'hiking' } : { type: 'user', id: 'bob' },
      message: { id: '101', type: kind, ...message },
    }),
  );

const anyTemplate = fc.oneof(
  fc.string(),
  fc.constantFrom('{{message.data.text}}', '{{message.constructor}}', '{{a}} {{', '{{message.data.mentions.0}}'),
);
const anyTemplates = fc.dictionary(
  fc.constantFrom(...Object.keys(DEFAULT_TEMPLATES)),
  fc.dictionary(fc.constantFrom('titleOneOnOne', 'titleGroup', 'body', 'bodyGroup', 'body_fallback'), anyTemplate),
);

test('every message can be rendered with every template, and has a title and a body', () => {
  fc.assert(
    fc.property(anyMessage, anyTemplates, fc.boolean(), fc.boolean(), (subject, templates, included, usePrivacy) => {
      const push = { includeMessageObjectSetting: included, includeSenderMetadataSetting: false };
      const rendered = details(subject, {
        settings: { templates, preferences: { push, usePrivacyTemplate: usePrivacy ? 2 : 1 } },
      });
      for (const [text, most] of [
        [rendered.title, 255],
        [rendered.body, 4000],
      ] as const) {
        expect(text.length).toBeGreaterThan(0);
        expect(text.length).toBeLessThanOrEqual(most);
      }
      expect(rendered.message !== undefined).toBe(included && !usePrivacy);
    }),
    { numRuns: 300 },
  );
});

test('the body of a private notification does not depend on the message', () => {
  fc.assert(
    fc.property(anyMessage.filter(isMessage), (subject) => {
      const { text: _text, object: _object, ...message } = subject.message;
      const { uids, all } = mentionsIn(subject.message);
      const bare = { ...subject, message: { ...message, mentions: [...uids], mentionsAll: all } };
      const settings = { preferences: { usePrivacyTemplate: 2 } };
      expect(details(subject, { settings }).body).toBe(details(bare, { settings }).body);
    }),
  );
});

test('what recipients of a group share is what each would get alone', () => {
  const anyGroupEvent = fc.oneof(
    anyMessage,
    anyMessage.map((subject) => ({ ...subject, conversation: { type: 'group' as const, id: 'hiking' } })),
    fc
      .constantFrom('group.member_added' as const, 'group.member_kicked' as const)
      .map((type) => event(type, { conversation: { type: 'group', id: 'hiking' }, members: [{ uid: 'bob' }] })),
  );
  const anyRecipient = fc.record(
    {
      uid: fc.constantFrom('bob', 'carol', 'dave', 'alice'),
      name: fc.constantFrom('Robert', 'Rob'),
      locale: fc.constantFrom('de', 'en'),
      preferences: fc.record({ usePrivacyTemplate: fc.boolean() }),
    },
    { requiredKeys: ['uid'] },
  );
  const settings = effectiveSettings({ preferences: { usePrivacyTemplate: 3 } });
  const profiles = { members: { bob: { name: 'Bob' } } };
  fc.assert(
    fc.property(
      anyGroupEvent,
      fc.array(fc.tuple(anyRecipient, fc.option(fc.nat({ max: 2 }), { nil: undefined })), { maxLength: 8 }),
      (subject, recipients) => {
        for (const [recipient, unread] of recipients) {
          const context = { settings, profiles, recipient, unread, provider: 'fcm' as const };
          // Of a copy of the event nothing is known yet.
          const alone = renderDetails(structuredClone(subject), context);
          const { details: together, shared } = render(subject, context);
          expect(JSON.stringify(together)).toBe(JSON.stringify(alone));
          if (!shared) continue;
          const counted = unread === undefined ? {} : { unreadMessageCount: unread };
          expect(JSON.stringify({ ...shared, ...counted })).toBe(JSON.stringify(alone));
        }
      },
    ),
    { numRuns: 300 },
  );
});
