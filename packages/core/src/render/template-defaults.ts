/** The texts of one kind of notification; its bodies depend on the kind. Placeholders are `{{path}}`. */
export type TemplateTexts = Partial<Record<TemplateField, string>>;

/** The texts, and their translations by BCP 47 tag (`de`, `pt-BR`). */
export type Template = TemplateTexts & { locales?: Record<string, TemplateTexts> };

const GROUP_ACTIONS = ['joined', 'left', 'added', 'kicked', 'banned', 'unbanned', 'scope_changed'] as const;
/** What happened to members, from the event type: `left` of `group.member_left`. */
export type GroupActionName = (typeof GROUP_ACTIONS)[number];

/** The names of texts in a template. `_many` is for two or more members. */
export type TemplateField =
  | 'titleOneOnOne'
  | 'titleGroup'
  | 'body'
  | 'bodyOneOnOne'
  | 'bodyGroup'
  | 'body_fallback'
  | `body_${'image' | 'audio' | 'video' | 'file'}`
  | `body_${GroupActionName}`
  | `body_${GroupActionName}_many`;

/** The full text, or only that something happened (docs/rules/decision.md#privacy). */
export type TemplateSet = 'Default' | 'Privacy';

const SENDER = '{{message.data.entities.sender.entity.name}}';
const RECEIVER = '{{message.data.entities.receiver.entity.name}}';
const TEXT = '{{message.data.text}}';
const TITLES = { titleOneOnOne: SENDER, titleGroup: `${SENDER} @ ${RECEIVER}` };
/** The title of reactions and calls is the sender, in any conversation. */
const SENDER_TITLES = { titleOneOnOne: SENDER, titleGroup: SENDER };

type Texts = Record<TemplateSet, TemplateTexts>;

const pair = (shown: TemplateTexts, hidden: TemplateTexts, titles: TemplateTexts = TITLES): Texts => ({
  Default: { ...titles, ...shown },
  Privacy: { ...titles, ...hidden },
});
const same = (texts: TemplateTexts, titles: TemplateTexts): Texts => pair(texts, texts, titles);

const NEW_MESSAGE = 'New message';
const NEW_MENTION = { body_fallback: 'New mention' };
const MEMBER = '{{member.names}}';

const actionBodies = (verbs: Record<GroupActionName, [one: string, many: string]>): TemplateTexts =>
  Object.fromEntries(
    GROUP_ACTIONS.flatMap((action) => [
      [`body_${action}`, `${MEMBER} ${verbs[action][0]}`],
      [`body_${action}_many`, `${MEMBER} ${verbs[action][1]}`],
    ]),
  );

/**
 * The default texts of every kind. Those of messages are CometChat's, as are the names of the first seven
 * (docs/rules/decision.md#template-texts; where its sources differ about privacy, we hide more). The names of the
 * interactive kinds and everything after them are ours.
 */
const KINDS = {
  textMessage: pair({ body: TEXT }, { body: NEW_MESSAGE }),
  userMention: pair(
    {
      bodyOneOnOne: `${SENDER} mentioned you: ${TEXT}`,
      bodyGroup: `${SENDER} mentioned you in ${RECEIVER}: ${TEXT}`,
      ...NEW_MENTION,
    },
    { bodyOneOnOne: 'New mention', bodyGroup: 'New mention', ...NEW_MENTION },
  ),
  groupMention: pair(
    { body: `${SENDER} mentioned everyone: ${TEXT}`, ...NEW_MENTION },
    { body: 'New mention', ...NEW_MENTION },
    { titleGroup: TITLES.titleGroup },
  ),
  mediaMessage: pair(
    {
      body_image: '📷 Has sent an image',
      body_audio: '🔈 Has sent an audio',
      body_video: '🎥 Has sent a video',
      body_file: '📄 Has sent a file',
    },
    {
      body_image: 'New image message',
      body_audio: 'New audio message',
      body_video: 'New video message',
      body_file: 'New file message',
    },
  ),
  customMessage: pair({ body: TEXT, body_fallback: NEW_MESSAGE }, { body: NEW_MESSAGE, body_fallback: NEW_MESSAGE }),
  pollMessage: pair(
    { body: `Poll: ${TEXT}`, body_fallback: NEW_MESSAGE },
    { body: NEW_MESSAGE, body_fallback: NEW_MESSAGE },
  ),
  reminderMessage: pair({ body: TEXT, body_fallback: NEW_MESSAGE }, { body: NEW_MESSAGE, body_fallback: NEW_MESSAGE }),
  formMessage: pair({ body: '{{data.interactiveData.title}}' }, { body: NEW_MESSAGE }),
  cardMessage: pair({ body: '{{message.data.interactiveData.text}}' }, { body: NEW_MESSAGE }),
  schedulerMessage: pair({ body: 'New invite' }, { body: 'New invite' }),
  customInteractiveMessage: pair({ body: NEW_MESSAGE }, { body: NEW_MESSAGE }),
  deletedMessage: pair({ body: 'This message was deleted' }, { body: 'This message was deleted' }),
  reaction: pair({ body: 'Reacted to your message: {{reaction.reaction}}' }, { body: 'New reaction' }, SENDER_TITLES),
  reactionRemoved: pair(
    { body: 'Removed their reaction: {{reaction.reaction}}' },
    { body: 'Removed their reaction' },
    SENDER_TITLES,
  ),
  groupAction: same(
    actionBodies({
      joined: ['has joined', 'have joined'],
      left: ['has left', 'have left'],
      added: ['has been added', 'have been added'],
      kicked: ['has been kicked', 'have been kicked'],
      banned: ['has been banned', 'have been banned'],
      unbanned: ['has been unbanned', 'have been unbanned'],
      scope_changed: ['has been made {{member.scope}}', 'have been made {{member.scope}}'],
    }),
    { titleGroup: '{{group.name}}' },
  ),
  call: same({ body_audio: 'AUDIO CALL', body_video: 'VIDEO CALL' }, SENDER_TITLES),
  missedCall: same({ body_audio: 'Missed audio call', body_video: 'Missed video call' }, SENDER_TITLES),
} satisfies Record<string, Texts>;

/** What selects the texts of a notification. */
export type TemplateKind = keyof typeof KINDS;
/** The name of a template in the settings. */
export type TemplateKey = `${TemplateKind}Template${TemplateSet}`;

/** The templates of an app. */
export type Templates = Record<TemplateKey, Template>;

/** The key of a template in the settings, e.g. `textMessageTemplatePrivacy`. */
export const templateKey = (kind: TemplateKind, set: TemplateSet): TemplateKey => `${kind}Template${set}`;

/** The templates of an app that has set none. */
export const DEFAULT_TEMPLATES = Object.fromEntries(
  Object.entries(KINDS).flatMap(([kind, texts]) =>
    (['Default', 'Privacy'] as const).map((set) => [templateKey(kind as TemplateKind, set), texts[set]]),
  ),
) as Templates;
