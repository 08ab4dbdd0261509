// The values of preferences by name (docs/rules/decision.md#preferences). The numbers are those on the wire and in
// Redis.

/** Which new messages notify. */
export const MessagesOption = { DontNotify: 1, All: 2, Mentions: 3 } as const;

/** Which replies in threads notify. */
export const RepliesOption = { ...MessagesOption, FollowedThreads: 4 } as const;

/** Which messages that quote another one notify. 4 means something else than in `RepliesOption`. */
export const QuotedRepliesOption = { ...MessagesOption, QuotesOfOwnMessages: 4 } as const;

/** Which messages' reactions notify. */
export const ReactionsOption = { DontNotify: 1, OwnMessages: 2, AllMessages: 3 } as const;

/** Whether events of a kind notify at all: group actions, edits and deletions, call states. */
export const NotifyOption = { DontNotify: 1, Notify: 2 } as const;

/** Do Not Disturb: while it is on, nothing notifies. */
export const DndOption = { Off: 1, On: 2 } as const;

/** Whether notifications hide their content. */
export const PrivacyOption = { Never: 1, Always: 2, UserDecides: 3 } as const;
