/**
 * Error codes, the most particular first, and the reason we give for them. All may pass by themselves.
 * System and DNS: https://nodejs.org/docs/latest-v20.x/api/errors.html#common-system-errors and
 * https://nodejs.org/docs/latest-v20.x/api/dns.html#error-codes ; certificates:
 * https://nodejs.org/docs/latest-v20.x/api/tls.html#x509-certificate-error-codes ; `UND_ERR_` and
 * HTTPParserError, an answer that is not HTTP: https://github.com/nodejs/undici/blob/v7.x/docs/docs/api/Errors.md ;
 * `ERR_HTTP2_`: https://nodejs.org/docs/latest-v20.x/api/errors.html#nodejs-error-codes
 */
const NETWORK_REASONS: readonly (readonly [code: RegExp, reason: string])[] = [
  [/^ECONNREFUSED$/, 'connection_refused'],
  [/^(ECONNRESET|ECONNABORTED|EPIPE)$/, 'connection_reset'],
  [/^(UND_ERR_(SOCKET|INFO)|ERR_HTTP2_.+)$/, 'connection_closed'],
  [/^(ETIMEDOUT|UND_ERR_(CONNECT|HEADERS|BODY)_TIMEOUT)$/, 'timeout'],
  [/^(ENOTFOUND|EAI_[A-Z]+|ENODATA|ESERVFAIL|ETIMEOUT)$/, 'dns_failure'],
  [/^(EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN|EADDRNOTAVAIL)$/, 'unreachable'],
  [/^(EPROTO|ERR_SSL_.+|ERR_TLS_.+|HOSTNAME_MISMATCH)$/, 'tls_error'],
  [/^(CERT|CRL|UNABLE_TO|ERROR_IN|DEPTH_ZERO|SELF_SIGNED|PATH_LENGTH|INVALID)_/, 'tls_error'],
  [/^(HTTPParserError|HPE_.+|UND_ERR_HEADERS_OVERFLOW|UND_ERR_RES_CONTENT_LENGTH_MISMATCH)$/, 'bad_response'],
  [/^UND_ERR_(DESTROYED|CLOSED|ABORTED)$/, 'closed'],
];

/** A network failure: our reason for it, and the error's code, which unlike its message names no address. */
export interface NetworkFailure {
  reason: string;
  code: string;
}

/** The kind of network failure of an error; undefined when it is none. */
export function networkFailure(error: Error): NetworkFailure | undefined {
  // undici's HTTPParserError comes without a code.
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  const reason = NETWORK_REASONS.find(([pattern]) => pattern.test(code))?.[1];
  if (reason !== undefined) return { reason, code };
  // A system call failed in a way not listed (EMFILE, ENOBUFS, …): our side or theirs, it may be temporary.
  return 'syscall' in error ? { reason: 'network_error', code } : undefined;
}
