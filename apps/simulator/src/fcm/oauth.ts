import { randomBytes, verify } from 'node:crypto';
import type { Exchange } from '../exchange/exchange.ts';
import { type Jws, parseJws } from '../jws.ts';
import { RecentMap } from '../recent-map.ts';
import { JSON_TYPE } from './errors.ts';
import type { ServiceAccounts } from './service-accounts.ts';

/** https://developers.google.com/identity/protocols/oauth2/service-account#httprest */
const GRANT_TYPE = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
/** Either scope allows sending. https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages/send */
const SCOPES = ['firebase.messaging', 'cloud-platform'].map((name) => `https://www.googleapis.com/auth/${name}`);
const MAX_LIFE_S = 3_600;
const EXPIRES_IN_S = 3_599;
/** How far a caller's clock may run ahead. */
const MAX_AHEAD_S = 5 * 60;
const MAX_BODY_BYTES = 65_536;
/** Access tokens remembered; a sender has one at a time. */
const REMEMBERED = 100_000;

/** What an access token allows. */
export interface Access {
  /** Undefined when any project is accepted. */
  projectId: string | undefined;
  /** Epoch ms. */
  expiresAt: number;
}

/** The number of requests for access tokens. */
export interface OAuthCounts {
  issued: number;
  refused: number;
}

export interface OAuthOptions {
  accounts: ServiceAccounts;
  /** Accept anything well-formed. */
  trustAny: boolean;
  now(): number;
}

/** The reason to issue no access token. */
interface OAuthError {
  error: string;
  error_description: string;
}

/** The decision to issue an access token, and its project; undefined when any is accepted. */
type Grant = { kind: 'granted'; projectId: string | undefined } | { kind: 'refused'; error: OAuthError };

/** Google's token endpoint: exchanges signed assertions of service accounts for access tokens. */
export class OAuth {
  readonly #options: OAuthOptions;
  #access = new RecentMap<string, Access>(REMEMBERED);
  #counts: OAuthCounts = { issued: 0, refused: 0 };
  /** As if every key had been revoked. */
  refuseAll = false;

  constructor(options: OAuthOptions) {
    this.#options = options;
  }

  get counts(): OAuthCounts {
    return { ...this.#counts };
  }

  clearCounts(): void {
    this.#counts = { issued: 0, refused: 0 };
  }

  revokeTokens(): void {
    this.#access = new RecentMap<string, Access>(REMEMBERED);
  }

  /** Undefined if the token was not issued here. */
  access(token: string): Access | undefined {
    return this.#access.get(token);
  }

  /**
   * @throws Error if the caller disconnects before the request is complete.
   */
  async handle(exchange: Exchange): Promise<void> {
    const body = await exchange.body(MAX_BODY_BYTES);
    const audience = `https://${exchange.authority}${exchange.path}`;
    const granted = this.#grant(new URLSearchParams(body?.toString()), audience);
    const refused = granted.kind === 'refused';
    this.#counts[refused ? 'refused' : 'issued'] += 1;
    exchange.send({
      status: refused ? 400 : 200,
      headers: { 'content-type': JSON_TYPE, 'cache-control': 'no-store' },
      text: JSON.stringify(granted.kind === 'refused' ? granted.error : this.#issue(granted.projectId)),
    });
  }

  #issue(projectId: string | undefined) {
    const token = `ya29.${randomBytes(96).toString('base64url')}`;
    this.#access.set(token, { projectId, expiresAt: this.#options.now() + EXPIRES_IN_S * 1_000 });
    return { access_token: token, expires_in: EXPIRES_IN_S, token_type: 'Bearer' };
  }

  #grant(form: URLSearchParams, audience: string): Grant {
    const grantType = form.get('grant_type');
    if (!grantType) return problem('invalid_request', 'Required parameter is missing: grant_type');
    if (grantType !== GRANT_TYPE) return problem('unsupported_grant_type', `Invalid grant_type: ${grantType}`);
    const assertion = form.get('assertion');
    if (!assertion) return problem('invalid_request', 'Required parameter is missing: assertion');
    const jws = parseJws(assertion);
    if (jws?.header.alg !== 'RS256') return problem('invalid_grant', 'Invalid JWT: it is not a JWT signed with RS256.');
    if (this.refuseAll) return problem('invalid_grant', 'Invalid JWT Signature.');
    if (this.#options.trustAny) return { kind: 'granted', projectId: undefined };
    const account = this.#options.accounts.byEmail(String(jws.claims.iss));
    if (!account) return problem('invalid_grant', 'Invalid grant: account not found');
    if (!verify('sha256', jws.signed, account.publicKey, jws.signature)) {
      return problem('invalid_grant', 'Invalid JWT Signature.');
    }
    return claimsProblem(jws, audience, this.#options.now()) ?? { kind: 'granted', projectId: account.projectId };
  }
}

const problem = (error: string, error_description: string): Grant => ({
  kind: 'refused',
  error: { error, error_description },
});

function claimsProblem({ claims }: Jws, audience: string, now: number): Grant | undefined {
  const { aud, iat, exp, scope } = claims;
  if (aud !== audience) {
    return problem('invalid_grant', `Invalid JWT: Failed audience check. The right audience is ${audience}`);
  }
  const seconds = now / 1_000;
  const issuedAt = Number(iat);
  const expiresAt = Number(exp);
  if (!(issuedAt <= seconds + MAX_AHEAD_S && expiresAt > seconds && expiresAt - issuedAt <= MAX_LIFE_S)) {
    return problem(
      'invalid_grant',
      [
        'Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe.',
        'Check your iat and exp values in the JWT claim.',
      ].join(' '),
    );
  }
  return String(scope)
    .split(' ')
    .some((each) => SCOPES.includes(each))
    ? undefined
    : problem('invalid_scope', 'Invalid OAuth scope or ID token audience provided.');
}
