import { parseStrictJson } from '../http.ts';
import type { Faults } from '../push/faults.ts';
import {
  type Arrival,
  type CheckResult,
  type PushOptions,
  type PushProtocol,
  PushReceiver,
  type Refusal,
} from '../push/push-receiver.ts';
import type { PushCounts, PushService } from '../push/push-service.ts';
import {
  failed,
  htmlPage,
  invalidCredential,
  JSON_TYPE,
  missingCredential,
  notARequest,
  notJson,
  permissionDenied,
} from './errors.ts';
import { refusalOf } from './message-rules.ts';
import { OAuth, type OAuthCounts } from './oauth.ts';
import { type FcmMessage, readRequest } from './send-request.ts';
import { type FcmAccount, type ServiceAccount, ServiceAccounts } from './service-accounts.ts';

/** Includes the counts of the token endpoint; `clear` resets them too. */
export interface FcmCounts extends PushCounts {
  oauth: OAuthCounts;
}

/** The simulated FCM, with the token endpoint of Google's OAuth. */
export interface Fcm extends PushService {
  counts(options?: { byToken?: boolean }): FcmCounts;
  /**
   * Trusts a project's service account, replacing the previous one.
   *
   * @throws FanfareError ERR_BAD_REQUEST naming the field.
   */
  trust(account: FcmAccount): void;
  /**
   * Creates a service account for a project, as an operator would download it from Firebase, and trusts it.
   *
   * @throws FanfareError ERR_BAD_REQUEST if the id is not a valid project id.
   */
  demoServiceAccount(projectId: string): Promise<ServiceAccount>;
  /** Revokes every access token issued so far. */
  revokeTokens(): void;
}

export interface FcmOptions extends PushOptions {
  trustAny: boolean;
  /** The URL of the token endpoint. */
  tokenUri(): string;
}

/** FCM with its service accounts and recorded requests. */
export class FcmSimulator extends PushReceiver implements Fcm {
  readonly oauth: OAuth;
  readonly #accounts: ServiceAccounts;
  readonly #tokenUri: () => string;

  constructor(options: FcmOptions) {
    const { trustAny, tokenUri, now } = options;
    const accounts = new ServiceAccounts();
    const oauth = new OAuth({ accounts, trustAny, now });
    super(new FcmProtocol(oauth, trustAny), options);
    this.oauth = oauth;
    this.#accounts = accounts;
    this.#tokenUri = tokenUri;
  }

  override counts(options?: { byToken?: boolean }): FcmCounts {
    return { ...super.counts(options), oauth: this.oauth.counts };
  }

  override setFaults(faults: Faults): void {
    super.setFaults(faults);
    this.oauth.refuseAll = faults.badCredential === true;
  }

  override clear(): void {
    super.clear();
    this.oauth.refuseAll = false;
    this.oauth.clearCounts();
  }

  revokeTokens(): void {
    this.oauth.revokeTokens();
  }

  trust(account: FcmAccount): void {
    this.#accounts.trust(account);
  }

  demoServiceAccount(projectId: string): Promise<ServiceAccount> {
    return this.#accounts.demo(projectId, this.#tokenUri());
  }
}

/** https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages/send */
class FcmProtocol implements PushProtocol {
  readonly name = 'fcm';
  readonly maxBodyBytes = 1_048_576;
  readonly farewell = 'max_age';
  readonly #oauth: OAuth;
  readonly #trustAny: boolean;
  #sent = 0;

  constructor(oauth: OAuth, trustAny: boolean) {
    this.#oauth = oauth;
    this.#trustAny = trustAny;
  }

  check({ exchange, body, now, badCredential }: Arrival): CheckResult {
    const [, projectId] = /^\/v1\/projects\/([^/]+)\/messages:send$/.exec(exchange.path) ?? [];
    const json = body && parseStrictJson(body);
    const token = tokenOf(json);
    const refuse = (refusal: Refusal): CheckResult => ({ ok: false, token, refusal });
    if (projectId === undefined || exchange.method !== 'POST') {
      return refuse(htmlPage(404, 'Not Found', 'The requested URL was not found on this server.'));
    }
    if (badCredential) return refuse(invalidCredential(false));
    const denied = this.#authProblem(exchange.headers.authorization, projectId, now);
    if (denied) return refuse(denied);
    if (json === undefined) return refuse(notJson());
    const request = readRequest(json);
    if (Array.isArray(request)) return refuse(notARequest(request));
    const refusal = refusalOf(request.message);
    if (refusal) return refuse(refusal);
    const message = request.message ?? {};
    const id = request.validate_only ? 'fake_message_id' : this.#nextId(now);
    return {
      ok: true,
      token: targetOf(message),
      delivery: request.validate_only ? undefined : deliveryOf(message),
      accepted: accepted(`projects/${projectId}/messages/${id}`),
      failed,
    };
  }

  #authProblem(authorization: string | undefined, projectId: string, now: number): Refusal | undefined {
    const [, token] = /^Bearer +(\S+)$/i.exec(authorization ?? '') ?? [];
    if (token === undefined) return missingCredential();
    if (this.#trustAny) return undefined;
    const access = this.#oauth.access(token);
    if (!access || access.expiresAt <= now) return invalidCredential(access !== undefined);
    return access.projectId === projectId ? undefined : permissionDenied(projectId);
  }

  #nextId(now: number): string {
    this.#sent += 1;
    return `0:${now * 1_000}%${this.#sent.toString(16).padStart(16, '0')}`;
  }
}

const accepted = (name: string) => ({
  status: 200,
  headers: { 'content-type': JSON_TYPE },
  text: `{\n  "name": ${JSON.stringify(name)}\n}\n`,
});

/** The token in a body that may not be a valid request. */
function tokenOf(json: unknown): string | undefined {
  const token = (json as { message?: { token?: unknown } | null } | null | undefined)?.message?.token;
  return typeof token === 'string' ? token : undefined;
}

const targetOf = ({ token, topic, condition }: FcmMessage): string =>
  token ?? (topic ? `/topics/${topic}` : `${condition}`);

/**
 * Identifies the delivery by what it replaces on the device and its time: an edit has its message's tag but is not a
 * duplicate.
 */
function deliveryOf(message: FcmMessage): string | undefined {
  const { data, android, apns, webpush } = message;
  const collapse =
    android?.collapse_key ??
    android?.notification?.tag ??
    apns?.headers?.['apns-collapse-id'] ??
    webpush?.headers?.Topic ??
    data?.tag;
  return collapse === undefined ? undefined : `${targetOf(message)}\n${collapse}\n${data?.sentAt ?? ''}`;
}
