import type {
  ApiKey,
  ApiKeyScope,
  App,
  AppChanges,
  AuditEntry,
  NewApiKey,
  ProcessConfiguration,
  SystemState,
} from './admin-types.ts';
import { FanfareAppAdmin } from './app-admin.ts';
import type { Lane, Page, PageOptions } from './common-types.ts';
import { credential, type Fetch, Http } from './http.ts';
import { pathOf, queryOf } from './paths.ts';

/** The address of Fanfare and the operator's key. */
export interface FanfareAdminOptions {
  /** E.g. `https://push.example.com`. */
  url: string;
  adminKey: string;
  /** Who acts, for the audit log: up to 100 printable ASCII characters. */
  actor?: string;
  /** Default: the global one. */
  fetch?: Fetch;
  /** Timeout of one call in ms, default 15 seconds. */
  timeoutMs?: number;
}

/**
 * Fanfare for the operator: the state of the system, apps and their keys; `app` has what concerns one app. Calls are
 * not retried. Every method throws FanfareClientError.
 */
export class FanfareAdmin {
  readonly #options: FanfareAdminOptions;
  readonly #http: Http;

  constructor(options: FanfareAdminOptions) {
    this.#options = options;
    this.#http = httpOf(options);
  }

  /** What concerns one app. */
  app(appId: string): FanfareAppAdmin {
    return new FanfareAppAdmin(httpOf(this.#options, credential('appId', appId)));
  }

  /** Is it healthy? */
  system(): Promise<SystemState> {
    return this.#http.call({ method: 'GET', path: '/v3/system' });
  }

  /** What the processes run with, without secrets. */
  configuration(): Promise<ProcessConfiguration[]> {
    return this.#http.call({ method: 'GET', path: '/v3/system/configuration' });
  }

  /**
   * Lets no worker take events or deliveries of the lane until it is resumed; what is in hand is finished, and
   * deadlines run on. While the call lane is paused, no phone rings.
   */
  async pauseLane(lane: Lane): Promise<void> {
    await this.#http.call({ method: 'POST', path: pathOf('/v3/system/lanes/:lane/pause', { lane }) });
  }

  /** Lets a paused lane go on. */
  async resumeLane(lane: Lane): Promise<void> {
    await this.#http.call({ method: 'POST', path: pathOf('/v3/system/lanes/:lane/resume', { lane }) });
  }

  /** Who changed what, newest first. */
  audit(options: PageOptions & { appId?: string } = {}): Promise<Page<AuditEntry>> {
    return this.#http.page({ method: 'GET', path: `/v3/audit${queryOf(options)}` });
  }

  /** The apps, ordered by id. */
  apps(options: PageOptions = {}): Promise<Page<App>> {
    return this.#http.page({ method: 'GET', path: `/v3/apps${queryOf(options)}` });
  }

  createApp(app: { appId: string; name?: string; region?: string }): Promise<App> {
    return this.#http.call({ method: 'POST', path: '/v3/apps', body: JSON.stringify(app) });
  }

  readApp(appId: string): Promise<App> {
    return this.#http.call({ method: 'GET', path: pathOf('/v3/apps/:appId', { appId }) });
  }

  changeApp(appId: string, changes: AppChanges): Promise<App> {
    return this.#http.call({
      method: 'PATCH',
      path: pathOf('/v3/apps/:appId', { appId }),
      body: JSON.stringify(changes),
    });
  }

  /** Deletes an app with all of its data. */
  async deleteApp(appId: string): Promise<void> {
    await this.#http.call({ method: 'DELETE', path: pathOf('/v3/apps/:appId', { appId }) });
  }

  /** The API keys of an app, oldest first, without their secrets. */
  apiKeys(appId: string, options: PageOptions = {}): Promise<Page<ApiKey>> {
    return this.#http.page({ method: 'GET', path: pathOf('/v3/apps/:appId/apikeys', { appId }) + queryOf(options) });
  }

  /** Creates an API key; the answer is the only place where the key itself is shown. */
  createApiKey(appId: string, key: { name?: string; scopes?: readonly ApiKeyScope[] } = {}): Promise<NewApiKey> {
    const path = pathOf('/v3/apps/:appId/apikeys', { appId });
    return this.#http.call({ method: 'POST', path, body: JSON.stringify(key) });
  }

  async revokeApiKey(appId: string, keyId: string): Promise<void> {
    await this.#http.call({ method: 'DELETE', path: pathOf('/v3/apps/:appId/apikeys/:keyId', { appId, keyId }) });
  }
}

function httpOf({ url, adminKey, actor, fetch, timeoutMs }: FanfareAdminOptions, appid?: string): Http {
  const headers: Record<string, string> = {
    // The operator may have chosen a key of several words.
    adminkey: words('adminKey', adminKey),
    ...(actor === undefined ? {} : { actor: words('actor', actor) }),
    ...(appid === undefined ? {} : { appid }),
  };
  return new Http({ url, credentials: async () => headers, fetch, timeoutMs });
}

const words = (name: string, value: string): string =>
  value
    .split(' ')
    .map((word) => credential(name, word))
    .join(' ');
