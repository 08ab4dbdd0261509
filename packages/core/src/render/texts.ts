import type { NotifyingEvent } from '../event/event.ts';
import { usesPrivacyTemplate } from '../preferences/effective-preferences.ts';
import type { Participants } from './message-object.ts';
import { truncatedWith } from './notification-details.ts';
import { type Substituted, substitute } from './placeholder.ts';
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
 * `truncated` names those that were cut.
 */
export function textsOf(
  event: NotifyingEvent,
  context: RenderContext,
  participants: Participants,
): { title: string; body: string; truncated: string | undefined } {
  const { settings, recipient, provider } = context;
  const { kind, body } = templateFor(event, recipient.uid, provider);
  const set = usesPrivacyTemplate(settings.preferences, recipient.preferences) ? 'Privacy' : 'Default';
  const key = templateKey(kind, set);
  const chosen = textsFor(settings.templates[key], [recipient.locale, settings.locale]);
  const standard = [DEFAULT_TEMPLATES[key]];
  const root = placeholderRoot(event, context, participants);
  const fill = (texts: TemplateTexts[], fields: TemplateField[], limit: number): Substituted | undefined => {
    const template = textOf(texts, fields);
    return template === undefined ? undefined : substitute(template, root, limit);
  };
  const titleFields: TemplateField[] = [event.conversation.type === 'group' ? 'titleGroup' : 'titleOneOnOne'];
  const title = fill(chosen, titleFields, MAX_TITLE) ?? fill(standard, titleFields, MAX_TITLE);
  const text =
    fill(chosen, body, MAX_BODY) ??
    fill(chosen, ['body_fallback'], MAX_BODY) ??
    fill(standard, body, MAX_BODY) ??
    fill(standard, ['body_fallback'], MAX_BODY);
  return {
    title: title?.text ?? participants.senderName,
    body: text?.text ?? LAST_RESORT,
    truncated: truncatedWith(title?.isShortened && 'title', text?.isShortened && 'body'),
  };
}
