import { randomUUID } from 'node:crypto';
import { parseStrictJson } from '../http.ts';
import {
  type Arrival,
  type CheckResult,
  type PushOptions,
  type PushProtocol,
  PushReceiver,
} from '../push/push-receiver.ts';
import type { PushCounts, PushService } from '../push/push-service.ts';
import { type ApnsKey, ApnsKeys, type DemoApnsKey, type DemoApnsKeyOptions } from './apns-keys.ts';
import { apnsIdOf, MAX_VOIP_PAYLOAD_BYTES, problemOf } from './checks.ts';
import { ProviderTokens } from './provider-token.ts';
import { failed, type Reason, refusal } from './reasons.ts';

/** Exact since the last `clear`. */
export interface ApnsCounts extends PushCounts {
  /** Different genuine provider tokens. */
  providerTokens: number;
}

/** The simulated APNs. */
export interface Apns extends PushService {
  counts(options?: { byToken?: boolean }): ApnsCounts;
  /**
   * Trusts a key, replacing one with the same ids.
   *
   * @throws FanfareError ERR_BAD_REQUEST naming the field.
   */
  trust(key: ApnsKey): void;
  /**
   * Creates a signing key, as an operator would get it from Apple, and trusts it. Missing ids are generated.
   *
   * @throws FanfareError ERR_BAD_REQUEST naming the field.
   */
  demoApnsKey(options: DemoApnsKeyOptions): DemoApnsKey;
}

/** APNs with its keys and recorded requests. */
export class ApnsSimulator extends PushReceiver implements Apns {
  readonly #keys: ApnsKeys;
  readonly #tokens: ProviderTokens;

  constructor(options: PushOptions & { trustAny: boolean; sandboxNames: readonly string[] }) {
    const keys = new ApnsKeys();
    const tokens = new ProviderTokens(keys, options.trustAny);
    super(new ApnsProtocol(tokens, options.sandboxNames), options);
    this.#keys = keys;
    this.#tokens = tokens;
  }

  override counts(options?: { byToken?: boolean }): ApnsCounts {
    return { ...super.counts(options), providerTokens: this.#tokens.seen };
  }

  override clear(): void {
    super.clear();
    this.#tokens.seen = 0;
  }

  trust(key: ApnsKey): void {
    this.#keys.trust(key);
  }

  demoApnsKey(options: DemoApnsKeyOptions): DemoApnsKey {
    return this.#keys.demo(options);
  }
}

/** https://developer.apple.com/documentation/usernotifications/sending-notification-requests-to-apns */
class ApnsProtocol implements PushProtocol {
  readonly name = 'apns';
  readonly maxBodyBytes = MAX_VOIP_PAYLOAD_BYTES;
  readonly farewell = '{"reason":"Shutdown"}';
  readonly #providerTokens: ProviderTokens;
  readonly #sandboxNames: readonly string[];

  /** `sandboxNames`: parts of the host names that are the sandbox's. */
  constructor(providerTokens: ProviderTokens, sandboxNames: readonly string[]) {
    this.#providerTokens = providerTokens;
    this.#sandboxNames = ['sandbox', ...sandboxNames];
  }

  check({ exchange, body, now, badCredential }: Arrival): CheckResult {
    const header = (name: string) => exchange.headers[name] as string | undefined;
    const id = apnsIdOf(header('apns-id'));
    const sandbox = this.#sandboxNames.some((name) => exchange.authority.includes(name));
    const answered: Record<string, string> = { 'apns-id': id ?? randomUUID().toUpperCase() };
    const token = tokenOf(exchange.path);
    const refuse = (reason: Reason): CheckResult => ({ ok: false, token, refusal: refusal(reason, answered) });
    if (exchange.method !== 'POST') return refuse('MethodNotAllowed');
    if (token === undefined) return refuse(exchange.path === '/3/device/' ? 'MissingDeviceToken' : 'BadPath');
    if (badCredential) return refuse('InvalidProviderToken');
    const authorization = header('authorization');
    const environment = sandbox ? 'sandbox' : 'production';
    const { connection } = exchange;
    const signer = this.#providerTokens.check({ authorization, connection, environment, now });
    if (typeof signer === 'string') return refuse(signer);
    const json = body && parseStrictJson(body);
    const problem = problemOf({ token, environment, header, bytes: body?.length, json, signer });
    if (problem) return refuse(problem);
    if (sandbox) answered['apns-unique-id'] = randomUUID();
    return {
      ok: true,
      token,
      delivery: id ? `${token}\n${id}` : replacementOf(token, header('apns-collapse-id'), json),
      accepted: { status: 200, headers: answered, text: '' },
      failed: (failure) => failed(failure, answered, now),
    };
  }
}

const tokenOf = (path: string): string | undefined => /^\/3\/device\/([^/]+)$/.exec(path)?.[1];

/**
 * Identifies the delivery by what it replaces on the device and its time: an edit has its message's id but is not a
 * duplicate.
 */
function replacementOf(token: string, collapseId: string | undefined, json: unknown): string | undefined {
  const { sentAt } = (json ?? {}) as { sentAt?: unknown };
  return collapseId === undefined ? undefined : `${token}\n${collapseId}\n${sentAt ?? ''}`;
}
