import { describe, expect, test } from '@jest/globals';
import { DeadlineError } from '../../src/custom/deadline.ts';
import { UnsafeAddressError } from '../../src/custom/lookup.ts';
import { answerOutcome, errorOutcome } from '../../src/custom/outcome.ts';

const LIMITS = { now: 1_000_000, deadlineAt: 1_060_000 };

const outcomeOf = (status: number, retryAfter?: string) => answerOutcome(status, retryAfter, LIMITS);

describe('answerOutcome', () => {
  test.each([200, 201, 202, 204, 206, 299])('%i is accepted', (status) => {
    expect(outcomeOf(status)).toEqual({ kind: 'accepted' });
  });

  test.each([
    300, 301, 302, 303, 304, 307, 308, 400, 401, 402, 403, 404, 405, 406, 407, 411, 412, 413, 414, 415, 416, 417, 418,
    422, 424, 426, 428, 431, 451, 499, 501, 505, 511,
  ])('%i is rejected', (status) => {
    expect(outcomeOf(status)).toEqual({ kind: 'rejected', reason: `http_${status}` });
  });

  test.each([408, 409, 421, 423, 425, 429, 500, 502, 503, 504, 506, 507, 508, 510, 520, 521, 522, 529, 599, 600, 999])(
    '%i is retryable',
    (status) => {
      expect(outcomeOf(status)).toEqual({ kind: 'retryable', reason: `http_${status}` });
    },
  );

  test('410 is rejected and disables the endpoint', () => {
    expect(outcomeOf(410)).toEqual({ kind: 'rejected', reason: 'http_410', disable: true });
  });

  test.each([429, 503])('%i with Retry-After is throttled', (status) => {
    expect(outcomeOf(status, '7')).toEqual({ kind: 'throttled', retryAfterMs: 7000, reason: `http_${status}` });
    expect(outcomeOf(status, '900')).toEqual({ kind: 'throttled', retryAfterMs: 60_000, reason: `http_${status}` });
  });

  test.each([429, 503])('%i with an invalid Retry-After is retryable', (status) => {
    expect(outcomeOf(status, 'later')).toEqual({ kind: 'retryable', reason: `http_${status}` });
  });

  test.each([200, 301, 404, 408, 410, 500, 502])('Retry-After changes nothing about %i', (status) => {
    expect(outcomeOf(status, '7')).toEqual(outcomeOf(status));
  });
});

const failure = (code: string, more: object = {}): Error => Object.assign(new Error('10.0.0.7:443'), { code, ...more });

describe('errorOutcome', () => {
  test.each([
    ['ECONNREFUSED', 'connection_refused'],
    ['ECONNRESET', 'connection_reset'],
    ['EPIPE', 'connection_reset'],
    ['UND_ERR_SOCKET', 'connection_closed'],
    ['ETIMEDOUT', 'timeout'],
    ['UND_ERR_CONNECT_TIMEOUT', 'timeout'],
    ['UND_ERR_HEADERS_TIMEOUT', 'timeout'],
    ['UND_ERR_BODY_TIMEOUT', 'timeout'],
    ['ENOTFOUND', 'dns_failure'],
    ['EAI_AGAIN', 'dns_failure'],
    ['EHOSTUNREACH', 'unreachable'],
    ['ENETUNREACH', 'unreachable'],
    ['EPROTO', 'tls_error'],
    ['CERT_HAS_EXPIRED', 'tls_error'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls_error'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'tls_error'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'tls_error'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls_error'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'tls_error'],
    ['INVALID_CA', 'tls_error'],
    ['HPE_INVALID_CONSTANT', 'bad_response'],
    ['UND_ERR_HEADERS_OVERFLOW', 'bad_response'],
    ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'bad_response'],
    ['UND_ERR_DESTROYED', 'closed'],
    ['UND_ERR_CLOSED', 'closed'],
  ])('%s is retryable as %s, and only the code is reported', (code, reason) => {
    expect(errorOutcome(failure(code))).toEqual({ kind: 'retryable', reason, detail: code });
  });

  test('any other failed system call is retryable', () => {
    const outcome = { kind: 'retryable', reason: 'network_error', detail: 'EMFILE' };
    expect(errorOutcome(failure('EMFILE', { syscall: 'connect' }))).toEqual(outcome);
  });

  test('an address that may not be reached is rejected', () => {
    const detail = 'The host name leads to an address that is not public.';
    expect(errorOutcome(new UnsafeAddressError())).toEqual({ kind: 'rejected', reason: 'unsafe_address', detail });
  });

  test('a deadline that has passed is retryable', () => {
    const detail = 'There was no complete answer within 2000 ms.';
    expect(errorOutcome(new DeadlineError(2000))).toEqual({ kind: 'retryable', reason: 'timeout', detail });
  });

  test.each([[new TypeError('x is not a function')], [failure('UND_ERR_INVALID_ARG')], ['a string'], [undefined]])(
    'what is no failure of the network is thrown again: %s',
    (error) => {
      expect(() => errorOutcome(error)).toThrow();
    },
  );
});
