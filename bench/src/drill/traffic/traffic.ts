import { below, pick, type Random } from '../random.ts';
import type { AppName, Posting } from './posting.ts';

/** Members of the groups; the second is in the bulk lane. */
export const SMALL_GROUP = 50;
export const LARGE_GROUP = 5000;

export const uidOf = (n: number): string => `user-${n}`;
/** The token of the only phone of a user: Android for even numbers, iOS for odd ones. */
export const tokenOf = (n: number): string =>
  n % 2 === 0 ? `drill-${n}-fcm`.padEnd(40, '0') : n.toString(16).padStart(64, '0');

/** How often a kind of event happens, in ms on average. */
const EVERY_MS = { direct: 70, small: 900, large: 7000, reaction: 400, edit: 1500, call: 700 };
type Kind = keyof typeof EVERY_MS;

/** After so long a caller gives up, in two of three calls. */
const RING_MS = 2000;
/** Edits come some time after the message. */
const READ_MS = 1500;
const RECENT = 50;

interface Sent extends Posting {
  sender: number;
  conversation: object;
}

/** What the chat backends of two apps post: 1:1 messages, groups of 50 and 5,000, reactions, edits, calls. */
export class Traffic {
  readonly #random: Random;
  readonly #due: Record<Kind, number>;
  readonly #recent: Sent[] = [];
  #ends: { at: number; ring: Sent }[] = [];
  #lastSentAt = 0;
  #count = 0;

  constructor(random: Random, now: number) {
    this.#random = random;
    const kinds = Object.keys(EVERY_MS) as Kind[];
    // The large group comes first: a short run has it too.
    this.#due = Object.fromEntries(kinds.map((kind) => [kind, now])) as Record<Kind, number>;
  }

  /** What is due at this time. */
  next(now: number): Posting[] {
    const due: Posting[] = [];
    for (const kind of Object.keys(EVERY_MS) as Kind[]) {
      if (this.#due[kind] > now) continue;
      this.#due[kind] = now + 2 * this.#random() * EVERY_MS[kind];
      const made = this.#make(kind, now);
      if (made !== undefined) due.push(made);
    }
    const over = this.#ends.filter(({ at }) => at <= now);
    this.#ends = this.#ends.filter(({ at }) => at > now);
    return [...due, ...over.map(({ ring }) => this.#end(ring, now))];
  }

  /** This event was acknowledged: others may follow it. */
  acknowledged(posting: Posting, now: number): void {
    const sent = posting as Sent;
    if (posting.kind === 'message') this.#recent.push({ ...sent, sentAt: posting.sentAt });
    if (this.#recent.length > RECENT) this.#recent.shift();
    if (posting.kind === 'ring' && this.#random() < 2 / 3) this.#ends.push({ at: now + RING_MS, ring: sent });
  }

  #make(kind: Kind, now: number): Posting | undefined {
    const app = pick(this.#random, ['phones', 'webhook'] as const);
    if (kind === 'small') return this.#toGroup(app, 'small', SMALL_GROUP, now);
    if (kind === 'large') return this.#toGroup(app, 'large', LARGE_GROUP, now);
    if (kind === 'reaction') return this.#reaction(now);
    if (kind === 'edit') return this.#edit(now);
    const [from, to] = this.#pair();
    const conversation = { type: 'user', id: uidOf(to) };
    const people = { app, sender: from, conversation, targets: [this.#target(app, to)] };
    return kind === 'call' ? this.#ring(people, now) : this.#message(people, now);
  }

  #toGroup(app: AppName, group: string, size: number, now: number): Posting {
    const sender = below(this.#random, SMALL_GROUP);
    const members = Array.from({ length: size }, (_, n) => n).filter((n) => n !== sender);
    const conversation = { type: 'group', id: group, name: group };
    return this.#message({ app, sender, conversation, targets: members.map((n) => this.#target(app, n)) }, now);
  }

  #message(people: Pick<Sent, 'app' | 'sender' | 'conversation' | 'targets'>, now: number): Sent {
    const id = this.#id('m');
    const what = { type: 'message.sent', message: { id, text: `Lunch at ${this.#count}?` } };
    return this.#posting('message', { ...people, id }, what, now);
  }

  #ring(people: Pick<Sent, 'app' | 'sender' | 'conversation' | 'targets'>, now: number): Sent {
    const id = this.#id('c');
    return this.#posting(
      'ring',
      { ...people, id },
      { type: 'call.initiated', call: { sessionId: id, type: 'audio' } },
      now,
    );
  }

  #end(ring: Sent, now: number): Sent {
    const what = { type: 'call.cancelled', call: { sessionId: ring.id, type: 'audio' } };
    return this.#posting('end', { ...ring, id: this.#id('e'), original: ring.sentAt }, what, now);
  }

  #edit(now: number): Sent | undefined {
    const index = this.#recent.findIndex(
      ({ sentAt, targets }) => sentAt < now - READ_MS && targets.length < LARGE_GROUP / 2,
    );
    const [message] = index < 0 ? [] : this.#recent.splice(index, 1);
    if (message === undefined) return undefined;
    const what = { type: 'message.edited', message: { id: message.id, text: `Lunch at ${this.#count}!` } };
    return this.#posting('edit', { ...message, id: this.#id('u'), original: message.sentAt }, what, now);
  }

  /** Of a recipient, to the author. */
  #reaction(now: number): Sent | undefined {
    if (this.#recent.length === 0) return undefined;
    const message = pick(this.#random, this.#recent);
    const { type, id: guid } = message.conversation as { type: string; id: string };
    const author = message.sender;
    const isGroup = type === 'group';
    const reader = isGroup ? (author + 1 + below(this.#random, SMALL_GROUP - 1)) % SMALL_GROUP : Number(guid.slice(5));
    const id = this.#id('r');
    const conversation = isGroup ? message.conversation : { type: 'user', id: uidOf(author) };
    const reaction = { id, reaction: '👍', messageId: message.id, messageSender: uidOf(author) };
    const { app } = message;
    const people = { app, sender: reader, conversation, targets: [this.#target(app, author)] };
    return this.#posting('reaction', { ...people, id }, { type: 'reaction.added', reaction }, now);
  }

  #posting(
    kind: Posting['kind'],
    { app, id, sender, conversation, targets, original }: Omit<Sent, 'kind' | 'body' | 'sentAt'>,
    what: object,
    now: number,
  ): Sent {
    this.#lastSentAt = Math.max(this.#lastSentAt + 1, Math.floor(now));
    const sentAt = this.#lastSentAt;
    const from = { uid: uidOf(sender), name: `User ${sender}` };
    const body = { id, sentAt, sender: from, conversation, ...what };
    return { app, id, kind, sentAt, sender, conversation, targets, body, ...(original !== undefined && { original }) };
  }

  #pair(): [from: number, to: number] {
    const from = below(this.#random, LARGE_GROUP);
    return [from, (from + 1 + below(this.#random, LARGE_GROUP - 1)) % LARGE_GROUP];
  }

  #target = (app: AppName, n: number): string => (app === 'phones' ? tokenOf(n) : uidOf(n));

  #id(letter: string): string {
    this.#count += 1;
    return `${letter}-${this.#count}`;
  }
}
