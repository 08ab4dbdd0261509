import { describe, expect, test } from '@jest/globals';
import { unansweredOutcome } from '../../src/http2/outcome.ts';
import type { Processed } from '../../src/http2/result.ts';

const outcomeOf = (processed: Processed, code: string, retryAfterMs = 0) =>
  unansweredOutcome({ ok: false, processed, retryAfterMs, error: Object.assign(new Error('10.0.0.7:443'), { code }) });

const FAILURES = [
  ['ECONNREFUSED', 'connection_refused'],
  ['ECONNRESET', 'connection_reset'],
  ['ETIMEDOUT', 'timeout'],
  ['ENOTFOUND', 'dns_failure'],
  ['CERT_HAS_EXPIRED', 'tls_error'],
  ['ERR_HTTP2_STREAM_ERROR', 'connection_closed'],
  ['ERR_HTTP2_SESSION_ERROR', 'connection_closed'],
  ['ERR_HTTP2_PING_TIMEOUT', 'connection_closed'],
];

describe('a request without an answer', () => {
  test.each(FAILURES)('that was not processed waits and spends no attempt: %s', (code, reason) => {
    expect(outcomeOf('no', code)).toEqual({ kind: 'throttled', retryAfterMs: 250, reason, detail: code });
    expect(outcomeOf('no', code, 4000)).toMatchObject({ retryAfterMs: 4000 });
  });

  test.each(FAILURES)('that may have been processed is retryable: %s', (code, reason) => {
    expect(outcomeOf('maybe', code)).toEqual({ kind: 'retryable', reason, detail: code });
  });

  test('that met a full pool waits', () => {
    expect(outcomeOf('no', 'EAGAIN')).toMatchObject({ kind: 'throttled', reason: 'overloaded' });
  });

  test('that met a closed pool is retryable', () => {
    expect(outcomeOf('no', 'ECANCELED')).toMatchObject({ kind: 'retryable', reason: 'closed' });
  });

  test('for any other reason than the network is a bug', () => {
    expect(() => outcomeOf('maybe', 'ERR_INVALID_ARG_TYPE')).toThrow();
  });
});
