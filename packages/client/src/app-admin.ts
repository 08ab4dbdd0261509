import type {
  AppStats,
  DeadLetter,
  DeadLetterFilter,
  DeadLetterGroup,
  DeadLetterSelection,
  EventFilter,
  EventRecipient,
  Explanation,
  ListedEvent,
  Looked,
  RecentOutcome,
  RecipientFilter,
  RecipientTrace,
  Replay,
  StatsQuery,
  UserDevice,
  UserPreferences,
} from './app-admin-types.ts';
import type { Page, PageOptions, ProviderKind } from './common-types.ts';
import { addedGroups } from './dead-letter-groups.ts';
import type { EventProgress, FanfareEvent, PublishResult } from './events.ts';
import type { Http, HttpRequest } from './http.ts';
import { pathOf, queryOf } from './paths.ts';
import type { MutedConversation } from './preferences.ts';
import type { Provider, ProviderInput, ProviderTestResult, TestTarget } from './provider-types.ts';
import type { User } from './server.ts';

/** Any route of the API. */
export interface ApiRequest {
  method: HttpRequest['method'];
  /** With its parameters and query, encoded. */
  path: string;
  body?: object;
}

const PROVIDERS = '/v3/notifications/push/v1/providers';
const PREFERENCES = '/v3/notifications/v1/preferences';

/** There is one webhook, which has no id. */
const providerPath = (kind: ProviderKind, providerId: string): string =>
  kind === 'custom' ? `${PROVIDERS}/custom` : pathOf(`${PROVIDERS}/:kind/:providerId`, { kind, providerId });

/** What the operator may see and change of one app; made by `FanfareAdmin.app`. */
export class FanfareAppAdmin {
  readonly #http: Http;

  constructor(http: Http) {
    this.#http = http;
  }

  /** Publishes events: at most 1,000, in their order. The same id again is a duplicate. */
  async publish(events: readonly FanfareEvent[]): Promise<PublishResult[]> {
    const request = { method: 'POST', path: '/v3/events', body: events } as const;
    return (await this.request<{ events: PublishResult[] }>(request)).events;
  }

  /** What came in, newest first. */
  events(filter: EventFilter = {}): Promise<Page<ListedEvent, Looked>> {
    return this.#http.page({ method: 'GET', path: `/v3/events${queryOf(filter)}` });
  }

  /** The counts of an event. */
  event(id: string): Promise<EventProgress> {
    return this.#http.call({ method: 'GET', path: pathOf('/v3/events/:id', { id }) });
  }

  /** Whom an event reached, and whom not. */
  recipients(id: string, filter: RecipientFilter = {}): Promise<Page<EventRecipient, { looked: number }>> {
    return this.#http.page({ method: 'GET', path: pathOf('/v3/events/:id/recipients', { id }) + queryOf(filter) });
  }

  /** Why a user was notified of an event, or was not. */
  trace(id: string, uid: string): Promise<RecipientTrace> {
    return this.#http.call({ method: 'GET', path: pathOf('/v3/events/:id/recipients/:uid', { id, uid }) });
  }

  /** What would happen to an event for a user now; sends nothing. */
  explain(event: FanfareEvent, uid: string): Promise<Explanation> {
    return this.request({ method: 'POST', path: '/v3/explain', body: { event, uid } });
  }

  stats({ by, ...query }: StatsQuery = {}): Promise<AppStats> {
    return this.#http.call({ method: 'GET', path: `/v3/stats${queryOf({ ...query, by: by?.join(',') })}` });
  }

  /** The live tail: poll with the cursor of the answer before. */
  outcomes(options: PageOptions = {}): Promise<Page<RecentOutcome>> {
    return this.#http.page({ method: 'GET', path: `/v3/outcomes${queryOf(options)}` });
  }

  /** A page of a filter may be empty and have a `cursor`: a request looks at about 2,000 entries. */
  deadLetters(options: PageOptions & DeadLetterFilter = {}): Promise<Page<DeadLetter, { looked: number }>> {
    return this.#http.page({ method: 'GET', path: `/v3/dead-letters${queryOf(options)}` });
  }

  /**
   * Counts dead letters by provider and reason, the largest group first. With a `cursor` in the answer there are more,
   * which `deadLetterGroups` adds.
   */
  deadLetterSummary({ cursor }: { cursor?: string } = {}): Promise<Page<DeadLetterGroup, { counted: number }>> {
    return this.#http.page({ method: 'GET', path: `/v3/dead-letters/summary${queryOf({ cursor })}` });
  }

  /** Counts all dead letters by provider and reason, in as many requests as it takes; the largest group first. */
  async deadLetterGroups(): Promise<DeadLetterGroup[]> {
    let groups: DeadLetterGroup[] = [];
    let cursor: string | undefined;
    do {
      const { data, meta } = await this.deadLetterSummary(cursor === undefined ? {} : { cursor });
      groups = addedGroups(groups, data);
      cursor = meta.cursor;
    } while (cursor !== undefined);
    return groups;
  }

  /** Sends dead letters again, in the background. */
  replay(selection: DeadLetterSelection): Promise<Replay> {
    return this.request({ method: 'POST', path: '/v3/dead-letters/replay', body: selection });
  }

  replayProgress(id: string): Promise<Replay> {
    return this.#http.call({ method: 'GET', path: pathOf('/v3/dead-letters/replays/:id', { id }) });
  }

  /** Stops a replay after the letters in hand. Returns it as it was: poll `replayProgress` until it is `stopped`. */
  stopReplay(id: string): Promise<Replay> {
    return this.#http.call({ method: 'POST', path: pathOf('/v3/dead-letters/replays/:id/stop', { id }) });
  }

  dropDeadLetters(selection: DeadLetterSelection): Promise<{ dropped: number }> {
    return this.request({ method: 'DELETE', path: '/v3/dead-letters', body: selection });
  }

  /** The credentials of a kind; `custom`: the webhook, or none. */
  async providers(kind: ProviderKind): Promise<Provider[]> {
    return (await this.#providers('GET', kind)).pushProviders;
  }

  /** Returns all of its kind. */
  async createProvider(kind: ProviderKind, provider: ProviderInput): Promise<Provider[]> {
    return (await this.#providers('POST', kind, provider)).pushProviders;
  }

  /** Fields left out stay. Returns all of its kind. */
  async changeProvider(kind: ProviderKind, changes: ProviderInput): Promise<Provider[]> {
    return (await this.#providers('PUT', kind, changes)).pushProviders;
  }

  /** The credential of devices that name none. */
  async setDefaultProvider(kind: Exclude<ProviderKind, 'custom'>, providerId: string): Promise<void> {
    await this.#http.call({
      method: 'PUT',
      path: pathOf(`${PROVIDERS}/:kind/default/:providerId`, { kind, providerId }),
    });
  }

  async deleteProvider(kind: ProviderKind, providerId: string): Promise<void> {
    await this.#http.call({ method: 'DELETE', path: providerPath(kind, providerId) });
  }

  /** Has a sender try a credential; with a target, or for the webhook, by a test push. */
  testProvider(kind: ProviderKind, providerId: string, target?: TestTarget): Promise<ProviderTestResult> {
    return this.request({ method: 'POST', path: `${providerPath(kind, providerId)}/test`, body: target ?? {} });
  }

  /**
   * Users, in no particular order. A page may be short, even empty, and have a `cursor`: there is no index of users,
   * and a request looks at about 20,000 keys of Redis.
   */
  users(options: PageOptions = {}): Promise<Page<User>> {
    return this.#http.page({ method: 'GET', path: `/v3/users${queryOf(options)}` });
  }

  user(uid: string): Promise<User> {
    return this.#http.call({ method: 'GET', path: pathOf('/v3/users/:uid', { uid }) });
  }

  /** Removes a user with all of their data. */
  async eraseUser(uid: string): Promise<void> {
    await this.#http.call({ method: 'DELETE', path: pathOf('/v3/users/:uid', { uid }) });
  }

  /** The push tokens of a user, oldest first. */
  devices(uid: string, options: PageOptions & { state?: 'active' | 'quarantined' } = {}): Promise<Page<UserDevice>> {
    return this.#http.page({ method: 'GET', path: pathOf('/v3/users/:uid/devices', { uid }) + queryOf(options) });
  }

  preferences(uid: string): Promise<UserPreferences> {
    return this.#http.call({ method: 'GET', path: `${PREFERENCES}${queryOf({ uid })}` });
  }

  /** The conversations that a user has muted. */
  async mutes(uid: string): Promise<MutedConversation[]> {
    const path = `${PREFERENCES}/mute${queryOf({ uid })}`;
    type Mutes = { mutedConversations: MutedConversation[] };
    return (await this.#http.call<Mutes>({ method: 'GET', path })).mutedConversations;
  }

  #providers(method: 'GET' | 'POST' | 'PUT', kind: ProviderKind, body?: ProviderInput) {
    return this.request<{ pushProviders: Provider[] }>({
      method,
      path: `${PROVIDERS}/${kind}`,
      ...(body ? { body } : {}),
    });
  }

  /** Any other route for the app, e.g. its settings; see `/openapi.json`. */
  request<T>({ method, path, body }: ApiRequest): Promise<T> {
    return this.#http.call({ method, path, body: body === undefined ? undefined : JSON.stringify(body) });
  }
}
