import { unansweredOutcome } from '../http2/outcome.ts';
import type { SessionPool } from '../http2/pool.ts';
import { fcmReply } from './outcome.ts';
import type { FcmRequest, FcmSent, FcmTransport } from './transport.ts';

/** The same request, which FCM is only to check. */
const validateOnly = (body: Buffer | string): string =>
  JSON.stringify({ validate_only: true, ...JSON.parse(String(body)) });

/** Sends through our own HTTP/2 pool; all projects share it, since each request carries its own access token. */
export class FcmHttp2Transport implements FcmTransport {
  readonly #pool: SessionPool;

  constructor(pool: SessionPool) {
    this.#pool = pool;
  }

  async post({ body, account, accessToken, isDryRun, mayLeave }: FcmRequest): Promise<FcmSent> {
    const result = await this.#pool.request({
      path: `/v1/projects/${encodeURIComponent(account.project_id)}/messages:send`,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${accessToken}` },
      body: isDryRun ? validateOnly(body) : body,
      mayLeave,
    });
    if (!result.ok) return { kind: 'failed', outcome: unansweredOutcome(result) };
    const { status, headers, body: text } = result.answer;
    return { kind: 'answered', reply: fcmReply({ status, retryAfter: headers['retry-after'], body: text }) };
  }

  close(): Promise<void> {
    return this.#pool.close();
  }
}
