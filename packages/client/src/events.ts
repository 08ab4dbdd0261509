/** A JSON object of the caller's own, at most 50 deep. */
type JsonObject = Record<string, unknown>;

/** Who acted. Without a name or picture those of the registered user are shown. */
export interface Person {
  uid: string;
  name?: string | undefined;
  /** An http or https URL. */
  avatar?: string | undefined;
}

/** `id` is the uid of the other person, the receiver. */
export interface UserConversation {
  type: 'user';
  id: string;
  name?: string | undefined;
  avatar?: string | undefined;
}

/** `id` is the guid. */
export interface GroupConversation {
  type: 'group';
  id: string;
  name?: string | undefined;
  avatar?: string | undefined;
}

/** Where it happened. */
export type Conversation = UserConversation | GroupConversation;

/** A message; edits and deletes carry the id of the original. */
export interface Message {
  id: string;
  /** Default `message`. */
  category?: 'message' | 'custom' | 'interactive' | undefined;
  /** `text` (the default), `image`, `audio`, `video`, `file`, or a name of your own. */
  type?: string | undefined;
  text?: string | undefined;
  /** The message this is a reply to in a thread. */
  parentId?: string | undefined;
  quotedMessageId?: string | undefined;
  quotedSender?: string | undefined;
  /** uids; those in the text as `<@uid:…>` are found besides. */
  mentions?: string[] | undefined;
  mentionsAll?: boolean | undefined;
  /** `false`: a new message notifies no one. One of category `custom` notifies only when this is true. */
  sendNotification?: boolean | undefined;
  /** What moderation says; post the message again with `approved` to release a pending one. */
  moderation?: 'approved' | 'pending' | 'disapproved' | undefined;
  /** At most 16 KiB as JSON. */
  metadata?: JsonObject | undefined;
  /** What the setting "include message object" sends along; at most 64 KiB as JSON. */
  object?: JsonObject | undefined;
}

/** A reaction to a message. */
export interface Reaction {
  id: string;
  /** The emoji. */
  reaction: string;
  messageId: string;
  /** Author of the message: who is told. */
  messageSender?: string | undefined;
}

/** Somebody an event is about. */
export interface Member {
  uid: string;
  name?: string | undefined;
  scope?: string | undefined;
  oldScope?: string | undefined;
}

/** A call. */
export interface Call {
  id?: string | undefined;
  sessionId: string;
  type: 'audio' | 'video';
  /** `id` of the auth token whose device brought a later state about; it is left alone. */
  deviceSession?: string | undefined;
}

/** What every event has. */
interface Base<T extends string> {
  /** Unique per app for 24 hours: 1 to 128 characters of `A-Za-z0-9_.:-`. Posted again, it is a duplicate. */
  id: string;
  type: T;
  /** When it happened, epoch milliseconds. */
  sentAt: number;
  sender: Person;
  /** When given, exactly these people are considered. */
  recipients?: string[] | undefined;
  /** Merged over the app's custom JSON in the payload. */
  custom?: JsonObject | undefined;
}

/** A message was sent, changed or taken back. */
export interface MessageEvent extends Base<'message.sent' | 'message.edited' | 'message.deleted'> {
  conversation: Conversation;
  message: Message;
}

/** `sender` is who has read; clears the badge of that conversation. */
export interface ReadEvent extends Base<'message.read'> {
  conversation: Conversation;
  message: { id: string };
}

/** Somebody reacted to a message, or no longer does. */
export interface ReactionEvent extends Base<'reaction.added' | 'reaction.removed'> {
  conversation: Conversation;
  reaction: Reaction;
}

/** Also keeps the list of the group's members up to date. */
export interface GroupEvent
  extends Base<
    | 'group.member_joined'
    | 'group.member_left'
    | 'group.member_added'
    | 'group.member_kicked'
    | 'group.member_banned'
    | 'group.member_unbanned'
    | 'group.member_scope_changed'
  > {
  conversation: GroupConversation;
  members: Member[];
}

/** A step in a call. */
export interface CallEvent
  extends Base<
    | 'call.initiated'
    | 'call.ongoing'
    | 'call.cancelled'
    | 'call.rejected'
    | 'call.unanswered'
    | 'call.busy'
    | 'call.ended'
  > {
  conversation: Conversation;
  call: Call;
}

/** `sender` has blocked the members. */
export interface BlockEvent extends Base<'user.blocked' | 'user.unblocked'> {
  members: Member[];
}

/** What a chat backend may publish. */
export type FanfareEvent = MessageEvent | ReadEvent | ReactionEvent | GroupEvent | CallEvent | BlockEvent;

/** What became of one published event. A duplicate had been accepted before and is not processed again. */
export interface PublishResult {
  id: string;
  status: 'accepted' | 'duplicate' | 'rejected';
  /** Of a rejected one: what is wrong, naming the field. */
  error?: { code: string; message: string } | undefined;
}

/** How far an event is. */
export interface EventProgress {
  id: string;
  state: 'expanding' | 'delivering' | 'done';
  counts: {
    /** Recipients. */
    audience: number;
    /** Deliveries, a recipient and target each; so are all below but `suppressed`. */
    planned: number;
    /** Recipients not notified, by reason. */
    suppressed: Record<string, number>;
    accepted: number;
    token_dead: number;
    rejected: number;
    expired: number;
    superseded: number;
    pending: number;
  };
}
