import type { ProviderKind } from '../delivery/provider-kind.ts';
import {
  type CallEvent,
  isCall,
  isGroupAction,
  isReaction,
  type MessageEvent,
  type NotifyingEvent,
} from '../event/event.ts';
import { mentionOf, mentionsIn } from '../event/mentions.ts';
import type { GroupActionName, TemplateField, TemplateKind } from './template-defaults.ts';

/** The template of a notification, and the body names to look for in it, best first. */
export interface TemplateChoice {
  kind: TemplateKind;
  body: TemplateField[];
}

const MEDIA = ['image', 'audio', 'video', 'file'] as const;
const isMedia = (type: string): type is (typeof MEDIA)[number] => (MEDIA as readonly string[]).includes(type);

/** Maps, since a type may be any word: a plain object has "constructor". */
const INTERACTIVE = new Map<string, TemplateKind>([
  ['form', 'formMessage'],
  ['card', 'cardMessage'],
  ['scheduler', 'schedulerMessage'],
]);
const EXTENSIONS = new Map<string, TemplateKind>([
  ['extension_poll', 'pollMessage'],
  ['extension_reminders', 'reminderMessage'],
]);

/**
 * Chooses the template of an event for a recipient. For a message, a mention of the recipient comes before a mention of
 * all, and both before its type (docs/rules/decision.md#templates); an edited message reads like a new one. On devices
 * a missed call says so; the webhook always gets "AUDIO CALL" or "VIDEO CALL" (docs/rules/cometchat.md#samples).
 */
export function templateFor(event: NotifyingEvent, recipient: string, provider: ProviderKind): TemplateChoice {
  if (isReaction(event)) return body(event.type === 'reaction.added' ? 'reaction' : 'reactionRemoved');
  if (isCall(event)) {
    const kind = isMissed(event) && provider !== 'custom' ? 'missedCall' : 'call';
    return { kind, body: [`body_${event.call.type}`] };
  }
  if (isGroupAction(event)) {
    const action = event.type.slice('group.member_'.length) as GroupActionName;
    const one: TemplateField = `body_${action}`;
    return { kind: 'groupAction', body: event.members.length > 1 ? [`${one}_many`, one] : [one] };
  }
  return messageTemplate(event, recipient);
}

function messageTemplate(event: MessageEvent, recipient: string): TemplateChoice {
  if (event.type === 'message.deleted') return body('deletedMessage');
  const group = event.conversation.type === 'group';
  const mention = mentionOf(mentionsIn(event.message), recipient);
  if (mention === 'user') return { kind: 'userMention', body: [group ? 'bodyGroup' : 'bodyOneOnOne'] };
  if (mention === 'all' && group) return body('groupMention');
  return typeTemplate(event.message);
}

function typeTemplate({ category, type }: MessageEvent['message']): TemplateChoice {
  if (category === 'interactive') return body(INTERACTIVE.get(type) ?? 'customInteractiveMessage');
  const extension = EXTENSIONS.get(type);
  if (extension) return body(extension);
  if (category === 'custom') return body('customMessage');
  if (isMedia(type)) return { kind: 'mediaMessage', body: [`body_${type}`] };
  return body(type === 'text' ? 'textMessage' : 'customMessage');
}

const body = (kind: TemplateKind): TemplateChoice => ({ kind, body: ['body'] });

/** It rang and was not answered. */
const isMissed = ({ type }: CallEvent): boolean => type === 'call.cancelled' || type === 'call.unanswered';
