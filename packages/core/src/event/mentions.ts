import type { MessageEvent } from './event.ts';

/** The users a message mentions, by uid, and whether it mentions all. */
export interface Mentions {
  uids: ReadonlySet<string>;
  all: boolean;
}

/**
 * A mention in a text: `<@uid:bob>` for one user, `<@all:everyone>` for all, with a label
 * (docs/rules/decision.md#mentions).
 */
const TOKEN = /<@(?:uid:([A-Za-z0-9_-]{1,100})|all:([^<>]{1,100}))>/g;

/** Cached by message: a text and ten thousand uids are too much to scan again for each of a million recipients. */
const found = new WeakMap<object, Mentions>();

/**
 * The users a message mentions, by its lists and by the tokens in its text. Computed once for all recipients: the
 * message must not be changed afterwards.
 */
export function mentionsIn(message: MessageEvent['message']): Mentions {
  const known = found.get(message);
  if (known) return known;
  const mentions = read(message);
  found.set(message, mentions);
  return mentions;
}

function read({ text, mentions, mentionsAll }: MessageEvent['message']): Mentions {
  const uids = new Set(mentions);
  let all = mentionsAll === true;
  for (const [, uid] of text?.matchAll(TOKEN) ?? []) {
    if (uid === undefined) all = true;
    else uids.add(uid);
  }
  return { uids, all };
}

/** How a message mentions a user: by name before "all" (docs/rules/decision.md#templates); undefined: not at all. */
export function mentionOf({ uids, all }: Mentions, uid: string): 'user' | 'all' | undefined {
  if (uids.has(uid)) return 'user';
  return all ? 'all' : undefined;
}

/**
 * The text as readers see it: each token becomes `@` and the name (the uid if unknown), or the label for "all".
 * At most `limit` UTF-16 units come out, and no more of the text is read than they take.
 */
export function withNames(
  text: string,
  nameOf: (uid: string) => string | undefined,
  limit = Number.POSITIVE_INFINITY,
): string {
  let result = '';
  let from = 0;
  for (const { 0: token, 1: uid, 2: label, index } of text.matchAll(TOKEN)) {
    result += text.slice(from, index);
    if (result.length >= limit) return result.slice(0, limit);
    result += `@${uid === undefined ? label : (nameOf(uid) ?? uid)}`;
    from = index + token.length;
  }
  return (result + text.slice(from)).slice(0, limit);
}
