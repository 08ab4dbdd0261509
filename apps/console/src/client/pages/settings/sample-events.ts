/** The kinds of templates, in words. */
export const KINDS: Record<string, string> = {
  textMessage: 'Text message',
  userMention: 'Mention of the recipient',
  groupMention: 'Mention of all',
  mediaMessage: 'Image, audio, video, file',
  customMessage: 'Custom message',
  pollMessage: 'Poll',
  reminderMessage: 'Reminder',
  formMessage: 'Form',
  cardMessage: 'Card',
  schedulerMessage: 'Invite',
  customInteractiveMessage: 'Other interactive message',
  deletedMessage: 'Deleted message',
  reaction: 'Reaction',
  reactionRemoved: 'Removed reaction',
  groupAction: 'Group action',
  call: 'Call',
  missedCall: 'Missed call',
};

const ALICE = { uid: 'alice', name: 'Alice' };
const BOB = { type: 'user', id: 'bob', name: 'Bob' };
const GROUP = { type: 'group', id: 'hiking', name: 'Hiking' };
const TEXT = 'See you at six by the bridge?';

/** What an event of a kind has besides id, type and sender. */
function partsOf(kind: string, field: string): Record<string, unknown> {
  const message = (more: object) => ({ type: 'message.sent', message: { id: 'm-1', text: TEXT, ...more } });
  const interactive = (type: string, data: object) => message({ category: 'interactive', type, object: { data } });
  switch (kind) {
    case 'userMention':
      return message({ text: `<@uid:bob> ${TEXT}` });
    case 'groupMention':
      return message({ text: `<@all:everyone> ${TEXT}` });
    case 'mediaMessage':
      return message({ type: field.startsWith('body_') ? field.slice('body_'.length) : 'image' });
    case 'customMessage':
      return message({ category: 'custom', type: 'location', sendNotification: true });
    case 'pollMessage':
      return message({ category: 'custom', type: 'extension_poll', sendNotification: true, text: 'Which day?' });
    case 'reminderMessage':
      return message({ category: 'custom', type: 'extension_reminders', sendNotification: true });
    case 'formMessage':
      return interactive('form', { interactiveData: { title: 'Sign up for Sunday' } });
    case 'cardMessage':
      return interactive('card', { interactiveData: { text: 'A new route is online' } });
    case 'schedulerMessage':
      return interactive('scheduler', {});
    case 'customInteractiveMessage':
      return interactive('own', {});
    case 'deletedMessage':
      return { type: 'message.deleted', message: { id: 'm-1', text: TEXT } };
    case 'reaction':
    case 'reactionRemoved':
      return {
        type: kind === 'reaction' ? 'reaction.added' : 'reaction.removed',
        reaction: { messageId: 'm-1', messageSender: 'bob', reaction: '😎' },
      };
    case 'groupAction':
      return groupAction(field);
    case 'call':
    case 'missedCall':
      return {
        type: kind === 'call' ? 'call.initiated' : 'call.unanswered',
        call: { sessionId: 'c-1', type: field === 'body_video' ? 'video' : 'audio' },
      };
    default:
      return message({});
  }
}

function groupAction(field: string) {
  const [, action = 'joined', many] = /^body_([a-z_]+?)(_many)?$/.exec(field) ?? [];
  const members = [
    { uid: 'dave', name: 'Dave', scope: 'admin' },
    { uid: 'erin', name: 'Erin', scope: 'admin' },
  ];
  return { type: `group.member_${action}`, members: many === undefined ? members.slice(0, 1) : members };
}

/** An event to preview a template with: the field that is edited decides on the type of media, call or action. */
export function sampleEvent(kind: string, field: string, now: number): object {
  const isGroup = kind === 'groupMention' || kind === 'groupAction' || field === 'titleGroup' || field === 'bodyGroup';
  return {
    id: 'preview',
    sentAt: now,
    sender: ALICE,
    conversation: isGroup ? GROUP : BOB,
    ...partsOf(kind, field),
  };
}
