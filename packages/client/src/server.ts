import { batches } from './batches.ts';
import { FanfareClientError } from './errors.ts';
import type { EventProgress, FanfareEvent, PublishResult } from './events.ts';
import { credential, type Fetch, Http, type HttpRequest } from './http.ts';
import { memberLines, type Uids } from './member-lines.ts';
import { type RetryOptions, withRetries } from './retry.ts';

/** Where Fanfare is and the app's key. */
export interface FanfareServerOptions {
  /** E.g. `https://push.example.com`. */
  url: string;
  /** With the scopes `publish` and `manage`, as needed. */
  apiKey: string;
  /** Default: the global one. */
  fetch?: Fetch;
  /** Tries after the first, default 5. */
  retries?: number;
  /** Time for one try, default 15 seconds. */
  timeoutMs?: number;
  /** Of the waits between tries, in [0, 1); default Math.random. */
  random?: () => number;
  /** How to wait between tries; default by a timer. */
  sleep?: (ms: number) => Promise<void>;
}

/** What is known of a person; `null` removes a value, what is left out keeps it. */
export interface UserProfile {
  name?: string | null;
  /** An http or https URL. */
  avatar?: string | null;
  /** IANA name, e.g. `Asia/Tokyo`. */
  timezone?: string | null;
  /** BCP 47, e.g. `pt-BR`. */
  locale?: string | null;
  /** A deactivated person is in no audience. */
  deactivated?: boolean;
}

/** A registered person. */
export interface User {
  uid: string;
  name?: string;
  avatar?: string;
  timezone?: string;
  locale?: string;
  deactivated: boolean;
  /** Epoch seconds. */
  createdAt: number;
  /** As the chat backend has told; it decides nothing. */
  status?: 'online' | 'offline';
  /** Since when they have that status, epoch seconds. */
  lastActiveAt?: number;
}

/** A login: the device signs in with the token, which is shown this once. */
export interface AuthToken {
  uid: string;
  authToken: string;
  /** Epoch seconds. */
  createdAt: number;
}

const DEFAULT_RETRIES = 5;

/**
 * Fanfare for a chat backend. Calls are made again after 5xx, 429 and network errors, with growing random waits and no
 * sooner than the server asks; all may be repeated safely. Not for apps: the API key speaks for everybody.
 *
 * Every method throws {@link FanfareClientError}.
 */
export class FanfareServer {
  readonly #http: Http;
  readonly #retry: RetryOptions;

  constructor({ url, apiKey, fetch, timeoutMs, ...options }: FanfareServerOptions) {
    const apikey = credential('apiKey', apiKey);
    this.#http = new Http({ url, credentials: async () => ({ apikey }), fetch, timeoutMs });
    const { retries = DEFAULT_RETRIES, random = Math.random, sleep = sleepFor } = options;
    this.#retry = { retries, random, sleep };
  }

  /** Publishes one event: when this resolves it is stored for good. A bad one throws, naming the field. */
  publish(event: FanfareEvent): Promise<PublishResult>;
  /**
   * Publishes any number of events, in requests of at most 1,000, one after the other. The results come in the order of
   * the events; one bad event spoils none of the others. When it throws some may have been stored: publish all of them
   * again, those are then duplicates.
   */
  publish(events: readonly FanfareEvent[]): Promise<PublishResult[]>;
  async publish(events: FanfareEvent | readonly FanfareEvent[]): Promise<PublishResult | PublishResult[]> {
    if (!isList(events)) return (await this.#post(JSON.stringify(events)))[0] as PublishResult;
    const results: PublishResult[] = [];
    for (const batch of batches(events)) results.push(...(await this.#post(batch)));
    return results;
  }

  /** How far an event is. It is known for as long as the server keeps its record. */
  event(id: string): Promise<EventProgress> {
    return this.#call({ method: 'GET', path: `/v3/events/${encodeURIComponent(id)}` });
  }

  /** Mints an auth token for a login of a person. A try whose answer was lost leaves one behind that nobody has. */
  createAuthToken(uid: string): Promise<AuthToken> {
    return this.#call({ method: 'POST', path: authTokens(uid), body: '{}' });
  }

  /**
   * Ends a login, by its auth token or the id of one, and drops the push tokens registered with it. False when there
   * was none; true where only a later try finds none, since an earlier one, whose answer was lost, has ended it.
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

  /** Registers a person, or changes what is known of them. */
  upsertUser(uid: string, profile: UserProfile = {}): Promise<User> {
    return this.#call({
      method: 'PUT',
      path: `/v3/users/${encodeURIComponent(uid)}`,
      body: JSON.stringify(profile),
    });
  }

  /**
   * Replaces the whole list of a group's members, a million of them in little memory where `fetch` can upload a stream;
   * makes the group if need be. On an error the old list stays. The upload is made again only from a list or a set:
   * what has been read of anything else cannot be read again. @returns the number of members.
   */
  async setGroupMembers(guid: string, uids: Uids): Promise<number> {
    // Its characters would be taken for uids, and replace the group.
    if (typeof uids === 'string') throw new FanfareClientError('ERR_BAD_REQUEST', 'uids: must be a list, not one uid');
    const group = `/v3/groups/${encodeURIComponent(guid)}`;
    await this.#call({ method: 'PUT', path: group, body: '{}' });
    const upload = async () => {
      const body = await memberLines(uids);
      const contentType = 'application/x-ndjson';
      return this.#http.call<{ members: number }>({ method: 'PUT', path: `${group}/members`, body, contentType });
    };
    const { members } = await (canBeReadAgain(uids) ? withRetries(upload, this.#retry) : upload());
    return members;
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

/** Array.isArray, which knows nothing of readonly. */
const isList = (events: FanfareEvent | readonly FanfareEvent[]): events is readonly FanfareEvent[] =>
  Array.isArray(events);

const canBeReadAgain = (uids: Uids): boolean => Array.isArray(uids) || uids instanceof Set;

const sleepFor = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
