import { describe, expect, test } from '@jest/globals';
import { DEFAULT_TEMPLATES, type NotifyingEvent, TemplatesPatch } from '../../src/index.ts';
import { event } from '../support/sample-events.ts';
import { details, texts } from './render-context.ts';

const hello: NotifyingEvent = event('message.sent', {
  sender: { uid: 'alice', name: 'Alice' },
  message: { id: '101', text: 'Hello!' },
});

const accepts = (patch: unknown): boolean => TemplatesPatch.safeParse(patch).success;

describe('a change of templates', () => {
  test('may contain everything in the defaults', () => {
    expect(TemplatesPatch.parse(DEFAULT_TEMPLATES)).toEqual(DEFAULT_TEMPLATES);
  });

  test('may be any part, in any language, or null for the default', () => {
    const patch = {
      textMessageTemplateDefault: { body: 'x', titleGroup: null, locales: { 'pt-BR': { body: 'y' }, de: null } },
      mediaMessageTemplateDefault: { body_image: 'z', locales: null },
      pollMessageTemplatePrivacy: null,
    };
    expect(TemplatesPatch.parse(patch)).toEqual(patch);
  });

  test('loses names that no template has', () => {
    const patch = { smsContentTemplateDefault: { bodyGroup: 'x' }, textMessageTemplateDefault: { body_image: 'x' } };
    expect(TemplatesPatch.parse(patch)).toEqual({ textMessageTemplateDefault: {} });
  });

  test.each([
    ['a text of more than 2,000 characters', { textMessageTemplateDefault: { body: 'x'.repeat(2001) } }],
    ['a text that is none', { textMessageTemplateDefault: { body: 7 } }],
    ['a language that is none', { textMessageTemplateDefault: { locales: { 'a b': { body: 'x' } } } }],
    ['too long a text in a language', { textMessageTemplateDefault: { locales: { de: { body: 'x'.repeat(2001) } } } }],
    [
      'more than 100 languages',
      {
        textMessageTemplateDefault: {
          locales: Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`de-${index + 100}`, {}])),
        },
      },
    ],
  ])('does not hold %s', (_what, patch) => {
    expect(accepts(patch)).toBe(false);
  });
});

describe('an app that sets a text', () => {
  const settings = { templates: { textMessageTemplateDefault: { body: 'Says: {{message.data.text}}' } } };

  test('uses it, and the defaults of the texts it did not set', () => {
    expect(texts(hello, { settings })).toEqual({ title: 'Alice', body: 'Says: Hello!' });
  });

  test.each([
    ['a title without value', { titleOneOnOne: '{{message.missing}}' }],
    ['an empty title', { titleOneOnOne: '' }],
    ['a body without value', { body: '{{message.nothing}}' }],
    ['an empty body', { body: '' }],
  ])('has the default instead of %s', (_what, textMessageTemplateDefault) => {
    expect(texts(hello, { settings: { templates: { textMessageTemplateDefault } } })).toEqual({
      title: 'Alice',
      body: 'Hello!',
    });
  });

  test('uses the fallback for the entire body when one of its values is missing', () => {
    const textMessageTemplateDefault = { body: '{{message.data.text}} {{message.nothing}}', body_fallback: 'News' };
    expect(texts(hello, { settings: { templates: { textMessageTemplateDefault } } }).body).toBe('News');
  });

  test('has texts of bounded length', () => {
    const all = '{{message.data.text}}'.repeat(50);
    const textMessageTemplateDefault = { titleOneOnOne: all, body: all };
    const long = event('message.sent', { message: { id: '101', text: '👋'.repeat(30_000) } });
    const { title, body } = texts(long, { settings: { templates: { textMessageTemplateDefault } } });
    expect([title.length, body.length]).toEqual([255, 3999]);
    expect([title.at(-1), body.at(-1)]).toEqual(['…', '…']);
  });

  test('says in `truncated` which texts were cut, from the first character too many on', () => {
    const textMessageTemplateDefault = {
      titleOneOnOne: '{{message.data.metadata.title}}',
      body: '{{message.data.text}}',
    };
    const cut = (titleLength: number, textLength: number) =>
      details(
        event('message.sent', {
          message: { id: '101', text: 'x'.repeat(textLength), metadata: { title: 't'.repeat(titleLength) } },
        }),
        { settings: { templates: { textMessageTemplateDefault } } },
      ).truncated;
    expect([cut(255, 4000), cut(256, 4000), cut(255, 4001), cut(256, 4001)]).toEqual([
      undefined,
      'title',
      'body',
      'title,body',
    ]);
  });
});

describe('the language', () => {
  const locales = {
    de: { body: 'Neu: {{message.data.text}}', titleOneOnOne: 'Von {{message.data.entities.sender.entity.name}}' },
    'de-AT': { body: 'Servus: {{message.data.text}}' },
    fr: { body: 'Nouveau: {{message.data.text}}' },
  };
  const templates = { textMessageTemplateDefault: { locales } };

  test.each([
    ["is the recipient's", 'de', 'en', 'Von Alice', 'Neu: Hello!'],
    ['has the texts of the wider one where it has none', 'de-AT', 'en', 'Von Alice', 'Servus: Hello!'],
    ['is known by its beginning', 'de-CH', 'en', 'Von Alice', 'Neu: Hello!'],
    ['is known however it is written', 'DE_at', 'en', 'Von Alice', 'Servus: Hello!'],
    ["is the app's where there are no texts in theirs", 'sv', 'fr-CA', 'Alice', 'Nouveau: Hello!'],
    ["is the app's where they have none", undefined, 'fr', 'Alice', 'Nouveau: Hello!'],
    ['is that of the base text else', 'sv', 'en', 'Alice', 'Hello!'],
    ['is never what an object inherits', 'constructor', 'en', 'Alice', 'Hello!'],
  ])('%s', (_what, locale, appLocale, title, body) => {
    expect(texts(hello, { settings: { locale: appLocale, templates }, recipient: { locale } })).toEqual({
      title,
      body,
    });
  });
});
