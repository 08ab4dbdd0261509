import type { Redis } from 'ioredis';
import { Api } from './api.ts';
import type { Certificate } from './certificate.ts';
import { Registry } from './registry.ts';

const PROVIDERS = '/v3/notifications/push/v1/providers';

/** Where tenants are made. */
export interface Platform {
  url: string;
  /** With the operator's key. */
  admin: Api;
  redis: Redis;
  account: Certificate['account'];
  /** Where FCM is. */
  providerUrl: string;
}

/** An app, as its chat backend and operator use it. */
export class Tenant {
  readonly api: Api;
  /** Of its requests. */
  readonly headers: Record<string, string>;
  readonly registry: Registry;
  readonly #platform: Platform;

  private constructor(platform: Platform, headers: Record<string, string>, registry: Registry) {
    this.#platform = platform;
    this.headers = headers;
    this.api = new Api(platform.url, headers);
    this.registry = registry;
  }

  static async create(platform: Platform, appId: string): Promise<Tenant> {
    const { admin, redis } = platform;
    await admin.post('/v3/apps', { appId, name: appId, region: 'us' });
    const { apiKey } = await admin.post(`/v3/apps/${appId}/apikeys`, { name: 'backend' });
    return new Tenant(platform, { apikey: String(apiKey) }, await Registry.of(redis, appId));
  }

  /** Adds an FCM credential. */
  async useFcm(providerId: string, projectId: string): Promise<void> {
    const { account, providerUrl } = this.#platform;
    await this.api.post(`${PROVIDERS}/fcm`, {
      providerId,
      serviceAccountFilename: 'sa.json',
      serviceAccountCreds: { ...account, project_id: projectId, token_uri: `${providerUrl}/token` },
    });
  }

  /** Sends every notification to a webhook too. */
  async useWebhook(webhookURL: string): Promise<void> {
    await this.api.post(`${PROVIDERS}/custom`, { isEnabled: true, webhookURL });
  }

  /** Sends them to another webhook instead. */
  async changeWebhook(webhookURL: string): Promise<void> {
    await this.api.put(`${PROVIDERS}/custom`, { isEnabled: true, webhookURL });
  }

  /** Posts events in batches of 100. Returns how many were accepted; those refused are not repeated. */
  async postAll(events: readonly object[], batchSize = 100): Promise<number> {
    let accepted = 0;
    for (let from = 0; from < events.length; from += batchSize) {
      const answer = await this.api.post('/v3/events', events.slice(from, from + batchSize)).catch(() => undefined);
      const results = (answer?.events ?? []) as { status: string }[];
      accepted += results.filter(({ status }) => status === 'accepted').length;
    }
    return accepted;
  }

  /** Whether all is done with these events. */
  async isDone(ids: readonly string[]): Promise<boolean> {
    for (const id of ids) if ((await this.api.get(`/v3/events/${id}`)).state !== 'done') return false;
    return true;
  }
}
