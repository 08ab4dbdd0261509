import type {
  AppStats,
  DeadLetter,
  DeadLetterGroup,
  DeadLetterSelection,
  EventFilter,
  EventRecipient,
  ListedEvent,
  Looked,
  RecentOutcome,
  RecipientFilter,
  RecipientTrace,
  Replay,
  StatsQuery,
} from './app-admin-types.ts';
import type { Page, PageOptions, ProviderKind } from './common-types.ts';
import type { EventProgress, FanfareEvent } from './events.ts';
import type { Http, HttpRequest } from './http.ts';
import { pathOf, queryOf } from './paths.ts';

/** Any route of the API. */
export interface ApiRequest {
  method: HttpRequest['method'];
  /** With its parameters and query, encoded. */
  path: string;
  body?: object;
}

/** What the operator may see and change of one app; made by `FanfareAdmin.app`. */
export class FanfareAppAdmin {
  readonly #http: Http;

  constructor(http: Http) {
    this.#http = http;
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
  explain(event: FanfareEvent, uid: string): Promise<Record<string, unknown>> {
    return this.request({ method: 'POST', path: '/v3/explain', body: { event, uid } });
  }

  stats({ by, ...query }: StatsQuery = {}): Promise<AppStats> {
    return this.#http.call({ method: 'GET', path: `/v3/stats${queryOf({ ...query, by: by?.join(',') })}` });
  }

  /** The live tail: poll with the cursor of the answer before. */
  outcomes(options: PageOptions = {}): Promise<Page<RecentOutcome>> {
    return this.#http.page({ method: 'GET', path: `/v3/outcomes${queryOf(options)}` });
  }

  deadLetters(options: PageOptions & { provider?: ProviderKind; reason?: string } = {}): Promise<Page<DeadLetter>> {
    return this.#http.page({ method: 'GET', path: `/v3/dead-letters${queryOf(options)}` });
  }

  /**
   * Counts dead letters by provider and reason, the largest group first. With a `cursor` in the answer there are more:
   * add the groups of the next call.
   */
  deadLetterSummary({ cursor }: { cursor?: string } = {}): Promise<Page<DeadLetterGroup, { counted: number }>> {
    return this.#http.page({ method: 'GET', path: `/v3/dead-letters/summary${queryOf({ cursor })}` });
  }

  /** Sends dead letters again, in the background. */
  replay(selection: DeadLetterSelection): Promise<Replay> {
    return this.request({ method: 'POST', path: '/v3/dead-letters/replay', body: selection });
  }

  replayProgress(id: string): Promise<Replay> {
    return this.#http.call({ method: 'GET', path: pathOf('/v3/dead-letters/replays/:id', { id }) });
  }

  /** Stops a replay before its next letter. Returns it as it was: poll `replayProgress` until it is `stopped`. */
  stopReplay(id: string): Promise<Replay> {
    return this.#http.call({ method: 'POST', path: pathOf('/v3/dead-letters/replays/:id/stop', { id }) });
  }

  dropDeadLetters(selection: DeadLetterSelection): Promise<{ dropped: number }> {
    return this.request({ method: 'DELETE', path: '/v3/dead-letters', body: selection });
  }

  /** Any other route for the app, e.g. its settings, providers and users; see `/openapi.json`. */
  request<T>({ method, path, body }: ApiRequest): Promise<T> {
    return this.#http.call({ method, path, body: body === undefined ? undefined : JSON.stringify(body) });
  }
}
