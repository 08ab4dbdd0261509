import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { NotifyingEvent, Profiles } from '../../src/index.ts';
import { event } from '../support/sample-events.ts';
import { details } from './render-context.ts';

const settings = {
  templates: { textDefault: { bodyOneOnOne: '{{message.data.text}}', bodyGroup: '{{message.data.text}}' } },
};
const bodyFor = (subject: NotifyingEvent, profiles: Profiles, recipient: { uid: string; name?: string }): string =>
  details(subject, { settings, profiles, recipient }).body;

const inGroup = (text: string) =>
  event('message.sent', { conversation: { type: 'group', id: 'hiking' }, message: { id: '101', text } });

test('a text of mentions costs a bounded number of name look-ups for all recipients together', () => {
  let lookUps = 0;
  const members = new Proxy<Record<string, object>>(
    {},
    {
      getOwnPropertyDescriptor: () => {
        lookUps++;
        return undefined;
      },
    },
  );
  const subject = inGroup('<@uid:x>'.repeat(8192));
  for (let i = 0; i < 100; i++) {
    expect(bodyFor(subject, { members }, { uid: `user-${i}` })).toBe(`${'@x'.repeat(1999)}@…`);
  }
  expect(lookUps).toBeLessThan(2500);
});

const anyone = fc.constantFrom('alice', 'bob', 'carol', 'dave', 'constructor');
const anyName = fc.option(fc.constantFrom('A', 'Bob B.', '<@uid:bob>', 'a long name '.repeat(40)), { nil: undefined });
const anyPerson = fc
  .record({ uid: anyone, name: anyName })
  .map(({ uid, name }) => ({ uid, ...(name ? { name } : {}) }));
const anyText = fc
  .array(
    fc.oneof(
      fc.string(),
      anyone.map((uid) => `<@uid:${uid}>`),
      fc.constantFrom('<@all:team>', 'x'.repeat(900)),
    ),
  )
  .map((parts) => `.${parts.join('')}`);

test('every recipient reads the names as if the event were rendered for them alone', () => {
  fc.assert(
    fc.property(
      anyText,
      fc.boolean(),
      fc.array(anyPerson, { minLength: 1, maxLength: 6 }),
      fc.dictionary(anyone, fc.record({ name: anyName })),
      (text, isGroup, recipients, members) => {
        const conversation = isGroup
          ? ({ type: 'group', id: 'hiking' } as const)
          : ({ type: 'user', id: 'bob', name: 'Bobby' } as const);
        const subject = event('message.sent', { conversation, message: { id: '101', text, mentions: [] } });
        const profiles = { members };
        for (const recipient of recipients) {
          const alone = bodyFor(structuredClone(subject), structuredClone(profiles), recipient);
          expect(bodyFor(subject, profiles, recipient)).toBe(alone);
        }
      },
    ),
  );
});
