import { unansweredOutcome } from '../http2/outcome.ts';
import type { SessionPool } from '../http2/pool.ts';
import type { PoolResult } from '../http2/result.ts';
import { fcmReply } from './outcome.ts';
import type { FcmRequest, FcmSent, FcmTransport } from './transport.ts';

/** The same request, which FCM is only to check. */
const validateOnly = (body: Buffer | string): string =>
  JSON.stringify({ validate_only: true, ...JSON.parse(String(body)) });

/** What is the same for all requests of a service account, as long as its access token is. */
interface Target {
  accessToken: string;
  path: string;
  headers: Readonly<Record<string, string>>;
}

/** Sends through our own HTTP/2 pool; all projects share it, since each request carries its own access token. */
export class FcmHttp2Transport implements FcmTransport {
  readonly #pool: SessionPool;
  readonly #targets = new WeakMap<FcmRequest['account'], Target>();

  constructor(pool: SessionPool) {
    this.#pool = pool;
  }

  post({ body, account, isDryRun, mayLeave }: FcmRequest, accessToken: string): Promise<FcmSent> {
    const { path, headers } = this.#target(account, accessToken);
    return this.#pool.request({ path, headers, body: isDryRun ? validateOnly(body) : body, mayLeave }).then(sentOf);
  }

  #target(account: FcmRequest['account'], accessToken: string): Target {
    const known = this.#targets.get(account);
    if (known?.accessToken === accessToken) return known;
    const target = {
      accessToken,
      path: `/v1/projects/${encodeURIComponent(account.project_id)}/messages:send`,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${accessToken}` },
    };
    this.#targets.set(account, target);
    return target;
  }

  close(): Promise<void> {
    return this.#pool.close();
  }
}

function sentOf(result: PoolResult): FcmSent {
  if (!result.ok) return { kind: 'failed', outcome: unansweredOutcome(result) };
  const { status, headers, body } = result.answer;
  return { kind: 'answered', reply: fcmReply({ status, retryAfter: headers['retry-after'], body }) };
}
