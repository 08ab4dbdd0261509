import { createPrivateKey, type KeyObject, sign } from 'node:crypto';
import type { ApnsCredential } from '@fanfare/core';
import { Recent } from '../wire/recent.ts';
import { apnsKeyDigest } from './credential.ts';

const MINUTE = 60_000;
/** Apple refuses tokens older than 60 minutes. */
const RENEW_AFTER_MS = 45 * MINUTE;
/** Randomly subtracted or added, so that the processes of a fleet do not renew together. */
const JITTER_MS = 5 * MINUTE;
/** A newer token before this results in 429 TooManyProviderTokenUpdates. */
const MIN_LIFE_MS = 20 * MINUTE;
/** Cached keys. An evicted one costs a signature, at worst earlier than Apple allows. */
const CAPACITY = 10_000;

interface Signed {
  jwt: string;
  renewAt: number;
  /** Not renewed before this, under any circumstances. */
  heldUntil: number;
}

interface Entry {
  key: KeyObject;
  signed: Signed | undefined;
}

type TokenCredential = Pick<ApnsCredential, 'keyId' | 'teamId' | 'p8Key'>;

/**
 * Provider tokens (ES256), one per key: signed once, used for 45 minutes give or take five, and never signed again
 * within 20 minutes, not even when APNs asks for it. Signing is synchronous, so it never runs twice at once.
 * https://developer.apple.com/documentation/usernotifications/establishing-a-token-based-connection-to-apns
 */
export class ProviderTokens {
  readonly #now: () => number;
  readonly #random: () => number;
  readonly #entries = new Recent<Entry>(CAPACITY);

  /** `now` in epoch ms, `random` in [0, 1). */
  constructor({ now, random }: { now: () => number; random: () => number }) {
    this.#now = now;
    this.#random = random;
  }

  /** The token to send with. Throws when `p8Key` is not a private key. */
  current(credential: TokenCredential): string {
    const entry = this.#entry(credential);
    const { signed } = entry;
    const due = signed === undefined || (this.#now() >= signed.renewAt && this.#now() >= signed.heldUntil);
    return due ? this.#sign(entry, credential) : signed.jwt;
  }

  /**
   * APNs calls this token expired: makes `current` return another one if allowed. False when the token is younger than
   * 20 minutes: then a clock is wrong, ours or the signer's.
   */
  renew(credential: TokenCredential, refused: string): boolean {
    const entry = this.#entry(credential);
    if (entry.signed !== undefined && entry.signed.jwt === refused) {
      if (this.#now() < entry.signed.heldUntil) return false;
      entry.signed = undefined;
    }
    return true;
  }

  /** APNs has seen too many tokens of this key: keeps the current one for 20 minutes from now. */
  hold(credential: TokenCredential): void {
    const { signed } = this.#entry(credential);
    if (signed !== undefined) signed.heldUntil = this.#now() + MIN_LIFE_MS;
  }

  #entry(credential: TokenCredential): Entry {
    const make = (): Entry => ({ key: createPrivateKey(credential.p8Key), signed: undefined });
    return this.#entries.get(apnsKeyDigest(credential), make);
  }

  #sign(entry: Entry, { keyId, teamId }: TokenCredential): string {
    const now = this.#now();
    const header = encode({ alg: 'ES256', kid: keyId });
    const content = `${header}.${encode({ iss: teamId, iat: Math.floor(now / 1000) })}`;
    const signature = sign('sha256', Buffer.from(content), { key: entry.key, dsaEncoding: 'ieee-p1363' });
    const jwt = `${content}.${signature.toString('base64url')}`;
    const renewAt = now + RENEW_AFTER_MS + JITTER_MS * (2 * this.#random() - 1);
    entry.signed = { jwt, renewAt, heldUntil: now + MIN_LIFE_MS };
    return jwt;
  }
}

const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
