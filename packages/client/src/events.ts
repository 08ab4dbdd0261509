/** A JSON object of the caller's own, at most 50 deep. */
type JsonObject = Record<string, unknown>;

/** The user who acted. A missing name or picture comes from the registered user. */
export interface Person {
  uid: string;
  name?: string | undefined;
  /** An http or https URL. */
  avatar?: string | undefined;
}

/** `id` is the uid of the other user, the receiver. */
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

/** The conversation in which it happened. */
export type Conversation = UserConversation | GroupConversation;

/** A message. Edits and deletions have the id of the original. */
export interface Message {
  id: string;
  /** Default `message`. */
  category?: 'message' | 'custom' | 'interactive' | undefined;
  /** `text` (the default), `image`, `audio`, `video`, `file`, or a custom type. */
  type?: string | undefined;
  text?: string | undefined;
  /** The parent message, if this is a reply in a thread. */
  parentId?: string | undefined;
  quotedMessageId?: string | undefined;
  quotedSender?: string | undefined;
  /**
   * Uids, in addition to `<@uid:…>` tokens in the text.
   */
  mentions?: string[] | undefined;
  mentionsAll?: boolean | undefined;
  /** `false`: a new message notifies no one. A message of category `custom` notifies only if this is `true`. */
  sendNotification?: boolean | undefined;
  /** The moderation status. Post the message again with `approved` to release a pending one. */
  moderation?: 'approved' | 'pending' | 'disapproved' | undefined;
  /** At most 16 KiB as JSON. */
  metadata?: JsonObject | undefined;
  /** The object that the setting "include message object" adds to payloads; at most 64 KiB as JSON. */
  object?: JsonObject | undefined;
}

/** A reaction to a message. */
export interface Reaction {
  id: string;
  /** The emoji. */
  reaction: string;
  messageId: string;
  /** The author of the message, who is notified. */
  messageSender?: string | undefined;
}

/** A user an event is about. */
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

/** Fields of every event. */
interface Base<T extends string> {
  /** Unique per app for 24 hours: 1 to 128 characters of `A-Za-z0-9_.:-`. The same id again is a duplicate. */
  id: string;
  type: T;
  /** When it happened, epoch milliseconds. */
  sentAt: number;
  sender: Person;
  /** If given, exactly these users are considered. */
  recipients?: string[] | undefined;
  /** Merged over the app's custom JSON in the payload. */
  custom?: JsonObject | undefined;
}

/** A message was sent, edited or deleted. */
export interface MessageEvent extends Base<'message.sent' | 'message.edited' | 'message.deleted'> {
  conversation: Conversation;
  message: Message;
}

/** `sender` has read the message; clears the badge of the conversation. */
export interface ReadEvent extends Base<'message.read'> {
  conversation: Conversation;
  message: { id: string };
}

/** A user added or removed a reaction to a message. */
export interface ReactionEvent extends Base<'reaction.added' | 'reaction.removed'> {
  conversation: Conversation;
  reaction: Reaction;
}

/** A change of a group's members; also updates the list of members. */
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

/** A change in the state of a call. */
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

/** An event that a chat backend can publish. */
export type FanfareEvent = MessageEvent | ReadEvent | ReactionEvent | GroupEvent | CallEvent | BlockEvent;

/** The result of publishing one event. A duplicate was accepted before and is not processed again. */
export interface PublishResult {
  id: string;
  status: 'accepted' | 'duplicate' | 'rejected';
  /** If rejected: what is wrong, naming the field. */
  error?: { code: string; message: string } | undefined;
}

/** The progress of an event. */
export interface EventProgress {
  id: string;
  state: 'expanding' | 'delivering' | 'done';
  counts: {
    /** Recipients. */
    audience: number;
    /** Deliveries, one per recipient and target. All counts below except `suppressed` count deliveries. */
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
