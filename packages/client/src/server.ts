import { batches } from './batches.ts';
import { FanfareClientError } from './errors.ts';
import type { EventProgress, FanfareEvent, PublishResult } from './events.ts';
import { credential, type Fetch, Http, type HttpRequest } from './http.ts';
import { type ImportLines, type ImportOptions, type ImportProgress, readProgress, runImport } from './imports.ts';
import { ndjsonBody } from './ndjson.ts';
import { PublishQueue } from './publish-queue.ts';
import { type RetryOptions, withRetries } from './retry.ts';

/** Where Fanfare is and the app's key. */
export interface FanfareServerOptions {
  /** E.g. `https://push.example.com`. */
  url: string;
  /** A key with the scopes `publish`, `manage`, or both. */
  apiKey: string;
  /** Default: the global one. */
  fetch?: Fetch;
  /** Retries after the first try, default 5. */
  retries?: number;
  /** Timeout of one try in ms, default 15 seconds. */
  timeoutMs?: number;
  /** Random source for the waits, in [0, 1); default Math.random. */
  random?: () => number;
  /** Waits between tries; default: a timer. */
  sleep?: (ms: number) => Promise<void>;
}

/** The profile of a user. `null` removes a value; values left out stay. */
export interface UserProfile {
  name?: string | null;
  /** An http or https URL. */
  avatar?: string | null;
  /** IANA name, e.g. `Asia/Tokyo`. */
  timezone?: string | null;
  /** BCP 47, e.g. `pt-BR`. */
  locale?: string | null;
  /** A deactivated user is never notified. */
  deactivated?: boolean;
}

/** A registered user. */
export interface User {
  uid: string;
  name?: string;
  avatar?: string;
  timezone?: string;
  locale?: string;
  deactivated: boolean;
  /** Epoch seconds. */
  createdAt: number;
  /** As reported by the chat backend; no decision uses it. */
  status?: 'online' | 'offline';
  /** When that status began, epoch seconds. */
  lastActiveAt?: number;
  /** The unread count, as sent for the badge; absent if there is none. */
  unread?: number;
}

/** A session. The device uses the auth token, which is shown only once. */
export interface AuthToken {
  uid: string;
  authToken: string;
  /** Epoch seconds. */
  createdAt: number;
}

/** Uids, in memory or streamed from a database; not a single uid, which would be iterable text. */
export type Uids = (Iterable<string> & object) | AsyncIterable<string>;

const DEFAULT_RETRIES = 5;

/**
 * Fanfare for a chat backend. Calls are retried after 5xx, 429 and network errors, with growing random waits and not
 * before the server's `Retry-After`; every call is safe to repeat. Not for apps, because the API key can act for every
 * user.
 *
 * Every method throws {@link FanfareClientError}.
 */
export class FanfareServer {
  readonly #http: Http;
  readonly #retry: RetryOptions;
  readonly #published = new PublishQueue((body) => this.#post(body));

  constructor({ url, apiKey, fetch, timeoutMs, ...options }: FanfareServerOptions) {
    const apikey = credential('apiKey', apiKey);
    this.#http = new Http({ url, credentials: async () => ({ apikey }), fetch, timeoutMs });
    const { retries = DEFAULT_RETRIES, random = Math.random, sleep = sleepFor } = options;
    this.#retry = { retries, random, sleep };
  }

  /**
   * Publishes one event. When this resolves, the event is stored durably. Throws if it is invalid, naming the field.
   *
   * Events published at the same time share requests: those of one turn of the event loop, and while a request is under
   * way those of 5 ms, at most 100. A request has them in the order of the calls, but requests are sent without waiting
   * for each other, and a repeated one may arrive after later ones. Await the first of two events whose order matters,
   * such as a call and its cancellation. A retry has the same ids, so each event counts once.
   */
  publish(event: FanfareEvent): Promise<PublishResult>;
  /**
   * Publishes any number of events, in requests of at most 1,000, one after another: their order is kept. Results are
   * in the order of the events; an invalid event does not affect the others. If this throws, some events may be stored:
   * publish all of them again, and those become duplicates.
   */
  publish(events: readonly FanfareEvent[]): Promise<PublishResult[]>;
  async publish(events: FanfareEvent | readonly FanfareEvent[]): Promise<PublishResult | PublishResult[]> {
    if (!isList(events)) return this.#published.add(JSON.stringify(events));
    const results: PublishResult[] = [];
    for (const batch of batches(events)) results.push(...(await this.#post(batch)));
    return results;
  }

  /** The progress of an event, while the server keeps its record. */
  event(id: string): Promise<EventProgress> {
    return this.#call({ method: 'GET', path: `/v3/events/${encodeURIComponent(id)}` });
  }

  /**
   * Creates an auth token for a new session of the user. If an answer is lost, the retry leaves an unused session
   * behind.
   */
  createAuthToken(uid: string): Promise<AuthToken> {
    return this.#call({ method: 'POST', path: authTokens(uid), body: '{}' });
  }

  /**
   * Ends a session, by its auth token or id, and drops its push tokens. False if there was none; true if a retry finds
   * none, because the first try, whose answer was lost, has ended it.
   */
  async revokeAuthToken(uid: string, tokenOrId: string): Promise<boolean> {
    const path = `${authTokens(uid)}/${encodeURIComponent(tokenOrId)}`;
    let tries = 0;
    const attempt = () => {
      tries++;
      return this.#http.call({ method: 'DELETE', path });
    };
    try {
      await withRetries(attempt, this.#retry);
      return true;
    } catch (error) {
      if (error instanceof FanfareClientError && error.code === 'ERR_TOKEN_NOT_FOUND') return tries > 1;
      throw error;
    }
  }

  /** Registers a user, or updates their profile. */
  upsertUser(uid: string, profile: UserProfile = {}): Promise<User> {
    return this.#call({
      method: 'PUT',
      path: `/v3/users/${encodeURIComponent(uid)}`,
      body: JSON.stringify(profile),
    });
  }

  /**
   * Replaces the list of a group's members and creates the group if needed. Where `fetch` can upload a stream, a
   * million members need little memory. On an error the old list stays. The upload is retried only for a list or a set,
   * because other iterables cannot be read twice. An empty list is an error unless `empty` is true, so that a list that
   * failed to load does not empty the group. @returns the number of members.
   */
  async setGroupMembers(guid: string, uids: Uids, { empty = false }: { empty?: boolean } = {}): Promise<number> {
    // Its characters would become uids and replace the members.
    if (typeof uids === 'string') throw new FanfareClientError('ERR_BAD_REQUEST', 'uids: must be a list, not one uid');
    const group = `/v3/groups/${encodeURIComponent(guid)}`;
    await this.#call({ method: 'PUT', path: group, body: '{}' });
    const upload = async () => {
      const body = await ndjsonBody(memberLines(uids));
      const contentType = 'application/x-ndjson';
      const path = `${group}/members${empty ? '?empty=true' : ''}`;
      return this.#http.call<{ members: number }>({ method: 'PUT', path, body, contentType });
    };
    const { members } = await (canBeReadAgain(uids) ? withRetries(upload, this.#retry) : upload());
    return members;
  }

  /**
   * Imports users, push tokens, preferences, mutes, groups and members; see docs/import.md for the lines. Where `fetch`
   * can upload a stream, a million lines need little memory. `lines` is called again for each try, which continues
   * where the server has come to. Lines with a problem are skipped and reported; this throws only if the import cannot
   * continue.
   */
  importLines(lines: () => ImportLines, options: ImportOptions): Promise<ImportProgress> {
    return runImport(this.#http, lines, options, this.#retry);
  }

  /** How far an import has come. */
  importProgress(id: string): Promise<ImportProgress> {
    return readProgress(this.#http, id, this.#retry);
  }

  async #post(body: string): Promise<PublishResult[]> {
    const { events } = await this.#call<{ events: PublishResult[] }>({ method: 'POST', path: '/v3/events', body });
    return events;
  }

  #call<T>(request: HttpRequest): Promise<T> {
    return withRetries(() => this.#http.call<T>(request), this.#retry);
  }
}

const authTokens = (uid: string): string => `/v3/users/${encodeURIComponent(uid)}/auth_tokens`;

/** Array.isArray that narrows readonly arrays. */
const isList = (events: FanfareEvent | readonly FanfareEvent[]): events is readonly FanfareEvent[] =>
  Array.isArray(events);

async function* memberLines(uids: Uids): AsyncGenerator<string> {
  for await (const uid of uids) yield JSON.stringify({ uid });
}

const canBeReadAgain = (uids: Uids): boolean => Array.isArray(uids) || uids instanceof Set;

const sleepFor = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
