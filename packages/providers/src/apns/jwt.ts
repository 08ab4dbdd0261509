import { createPrivateKey, type KeyObject, sign } from 'node:crypto';
import type { ApnsCredential, SharedToken, TokenStore } from '@fanfare/core';
import { type Access, FleetTokens } from '../wire/fleet-tokens.ts';
import { Recent } from '../wire/recent.ts';
import { apnsKeyDigest } from './credential.ts';

const MINUTE = 60_000;
/** Apple refuses tokens older than 60 minutes. A token that is due is used until then while another is signed. */
const LIFE_MS = 55 * MINUTE;
const RENEW_AFTER_MS = 45 * MINUTE;
/** Randomly subtracted or added, so that processes that cannot share tokens do not renew together. */
const JITTER_MS = 5 * MINUTE;
/** A newer token before this results in 429 TooManyProviderTokenUpdates. */
const MIN_LIFE_MS = 20 * MINUTE;
/** Cached keys. */
const CAPACITY = 10_000;

type TokenCredential = Pick<ApnsCredential, 'keyId' | 'teamId' | 'p8Key'>;

export interface ProviderTokensOptions {
  store: TokenStore;
  /** Epoch ms. */
  now(): number;
  /** In [0, 1). */
  random(): number;
}

/**
 * Provider tokens (ES256), one per key for all processes: signed once, used for 45 minutes give or take five, and never
 * signed again within 20 minutes, not even when APNs asks for it.
 * https://developer.apple.com/documentation/usernotifications/establishing-a-token-based-connection-to-apns
 */
export class ProviderTokens {
  readonly #options: ProviderTokensOptions;
  readonly #tokens: FleetTokens<TokenCredential>;
  readonly #keys = new Recent<KeyObject>(CAPACITY);

  constructor(options: ProviderTokensOptions) {
    this.#options = options;
    const { store, now } = options;
    const fetch = async (credential: TokenCredential) => ({ ok: true as const, token: this.#sign(credential) });
    this.#tokens = new FleetTokens({ store, now, nameOf: (credential) => `apns:${apnsKeyDigest(credential)}`, fetch });
  }

  /** The token to send with; not a promise when it is known. Rejects when `p8Key` is not a private key. */
  current(credential: TokenCredential): Access | Promise<Access> {
    return this.#tokens.current(credential);
  }

  /**
   * APNs calls this token expired: makes `current` return another one if allowed. False when the token is younger than
   * 20 minutes: then a clock is wrong, ours or the signer's.
   */
  async renew(credential: TokenCredential, refused: SharedToken): Promise<boolean> {
    return (await this.#tokens.renew(credential, refused))?.ok ?? false;
  }

  /** APNs has seen too many tokens of this key: keeps this one for 20 minutes from now. */
  hold(credential: TokenCredential, token: SharedToken): void {
    this.#tokens.hold(credential, token, MIN_LIFE_MS);
  }

  #sign(credential: TokenCredential): Omit<SharedToken, 'generation'> {
    const now = this.#options.now();
    const key = this.#keys.get(apnsKeyDigest(credential), () => createPrivateKey(credential.p8Key));
    return {
      value: signToken(credential, key, now),
      useUntil: now + RENEW_AFTER_MS + JITTER_MS * (2 * this.#options.random() - 1),
      expiresAt: now + LIFE_MS,
      heldUntil: now + MIN_LIFE_MS,
    };
  }
}

function signToken({ keyId, teamId }: TokenCredential, key: KeyObject, now: number): string {
  const header = encode({ alg: 'ES256', kid: keyId });
  const content = `${header}.${encode({ iss: teamId, iat: Math.floor(now / 1000) })}`;
  const signature = sign('sha256', Buffer.from(content), { key, dsaEncoding: 'ieee-p1363' });
  return `${content}.${signature.toString('base64url')}`;
}

const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
