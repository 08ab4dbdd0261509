import type { NotifyingEvent } from '../event/event.ts';
import { usesPrivacyTemplate } from '../preferences/effective-preferences.ts';
import type { Participants } from './message-object.ts';
import { substitute } from './placeholder.ts';
import { placeholderRoot } from './placeholder-root.ts';
import type { RenderContext } from './render-context.ts';
import { templateFor } from './template-choice.ts';
import { DEFAULT_TEMPLATES, type TemplateField, type TemplateTexts, templateKey } from './template-defaults.ts';
import { textOf, textsFor } from './templates.ts';
import { MAX_BODY, MAX_TITLE } from './text-limits.ts';

const LAST_RESORT = 'New message';

/**
 * Title and body of a notification, from the recipient's template set and in their language. If a placeholder of the
 * body has no value, the fallback replaces the body; if that has none either, and for titles, the default text is used.
 */
export function textsOf(
  event: NotifyingEvent,
  context: RenderContext,
  participants: Participants,
): { title: string; body: string } {
  const { settings, recipient, provider } = context;
  const { kind, body } = templateFor(event, recipient.uid, provider);
  const set = usesPrivacyTemplate(settings.preferences, recipient.preferences) ? 'Privacy' : 'Default';
  const key = templateKey(kind, set);
  const chosen = textsFor(settings.templates[key], [recipient.locale, settings.locale]);
  const standard = [DEFAULT_TEMPLATES[key]];
  const root = placeholderRoot(event, context, participants);
  const fill = (texts: TemplateTexts[], fields: TemplateField[], limit: number): string | undefined => {
    const template = textOf(texts, fields);
    return template === undefined ? undefined : substitute(template, root, limit);
  };
  const title: TemplateField[] = [event.conversation.type === 'group' ? 'titleGroup' : 'titleOneOnOne'];
  return {
    title: fill(chosen, title, MAX_TITLE) ?? fill(standard, title, MAX_TITLE) ?? participants.senderName,
    body:
      fill(chosen, body, MAX_BODY) ??
      fill(chosen, ['body_fallback'], MAX_BODY) ??
      fill(standard, body, MAX_BODY) ??
      fill(standard, ['body_fallback'], MAX_BODY) ??
      LAST_RESORT,
  };
}
