import { verify } from 'node:crypto';
import { type Jws, parseJws } from '../jws.ts';
import { RecentMap } from '../recent-map.ts';
import type { ApnsKeys, Signer } from './apns-keys.ts';
import type { Reason } from './reasons.ts';

/** https://developer.apple.com/documentation/usernotifications/establishing-a-token-based-connection-to-apns */
const MAX_AGE_S = 60 * 60;
const MIN_REFRESH_S = 20 * 60;
/** How far a provider's clock may run ahead. */
const MAX_AHEAD_S = 5 * 60;

/** Tokens whose signature was already verified; a provider uses one at a time. */
const REMEMBERED = 10_000;

/** The signer when any key is accepted. */
const ANYONE = { bundleIds: undefined, environments: new Set(['production', 'sandbox']) };

/** A verified token. */
interface Verified {
  token: string;
  signer: Pick<Signer, 'bundleIds' | 'environments'>;
  teamId: string;
  keyId: string;
  /** Epoch seconds. */
  issuedAt: number;
}

/** The context of a token. */
export interface Bearing {
  authorization: string | undefined;
  connection: object;
  environment: 'production' | 'sandbox';
  /** Epoch ms. */
  now: number;
}

/** Verifies the JSON Web Tokens of providers. */
export class ProviderTokens {
  readonly #keys: ApnsKeys;
  readonly #trustAny: boolean;
  readonly #verified = new RecentMap<string, Verified>(REMEMBERED);
  /** The current token of each connection. */
  readonly #current = new WeakMap<object, Verified>();
  /** How many different tokens were genuine. */
  seen = 0;

  /** `trustAny`: accept any well-formed, fresh token. */
  constructor(keys: ApnsKeys, trustAny: boolean) {
    this.#keys = keys;
    this.#trustAny = trustAny;
  }

  /** The signer, or the reason for a refusal. */
  check({ authorization, connection, environment, now }: Bearing): Pick<Signer, 'bundleIds'> | Reason {
    const [, token] = /^bearer +(\S+)$/i.exec(authorization ?? '') ?? [];
    if (token === undefined) return 'MissingProviderToken';
    const verified = this.#verify(token);
    if (!verified || verified.issuedAt > now / 1000 + MAX_AHEAD_S) return 'InvalidProviderToken';
    if (!verified.signer.environments.has(environment)) return 'BadEnvironmentKeyIdInToken';
    if (now / 1000 - verified.issuedAt > MAX_AGE_S) return 'ExpiredProviderToken';
    const current = this.#current.get(connection);
    if (current?.token !== token) {
      const problem = current && changeProblem(current, verified);
      if (problem) return problem;
      this.#current.set(connection, verified);
    }
    return verified.signer;
  }

  #verify(token: string): Verified | undefined {
    const known = this.#verified.get(token);
    // The key may have been replaced since.
    if (known && (this.#trustAny || this.#keys.find(known.teamId, known.keyId) === known.signer)) return known;
    const jws = parseJws(token);
    const { kid: keyId, alg } = jws?.header ?? {};
    const { iss: teamId, iat: issuedAt } = jws?.claims ?? {};
    if (!jws || alg !== 'ES256' || typeof keyId !== 'string' || typeof teamId !== 'string') return undefined;
    if (typeof issuedAt !== 'number') return undefined;
    const signer = this.#trustAny ? ANYONE : this.#signerOf(jws, teamId, keyId);
    if (!signer) return undefined;
    const verified = { token, signer, teamId, keyId, issuedAt };
    this.#verified.set(token, verified);
    this.seen += 1;
    return verified;
  }

  #signerOf({ signed, signature }: Jws, teamId: string, keyId: string): Signer | undefined {
    const signer = this.#keys.find(teamId, keyId);
    if (!signer) return undefined;
    const key = { key: signer.publicKey, dsaEncoding: 'ieee-p1363' as const };
    return verify('sha256', signed, key, signature) ? signer : undefined;
  }
}

/** The refusal of a second token on a connection. */
function changeProblem(current: Verified, next: Verified): Reason | undefined {
  if (next.teamId !== current.teamId) return 'UnrelatedKeyIdInToken';
  if (next.keyId !== current.keyId || next.issuedAt === current.issuedAt) return undefined;
  return Math.abs(next.issuedAt - current.issuedAt) < MIN_REFRESH_S ? 'TooManyProviderTokenUpdates' : undefined;
}
