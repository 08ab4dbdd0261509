import type { SecureContext } from 'node:tls';
import { buildConnector } from 'undici';
import { dial, type Resolve } from '../tcp/dial.ts';
import { watchAnswers } from './wire-answers.ts';

export interface ConnectorOptions {
  /** For the connection, and again for TLS: a fallback that frees sockets; the caller's own deadline comes first. */
  timeoutMs: number;
  /** All addresses of a name that may be connected to. */
  resolve: Resolve;
  /** Default: what Node trusts. */
  secureContext?: SecureContext | undefined;
}

/** How undici opens its connections: `dial` to the addresses from `resolve`, watched by `watchAnswers`. */
export function connector({ timeoutMs, resolve, secureContext }: ConnectorOptions): buildConnector.connector {
  const encrypt = buildConnector({ timeout: timeoutMs, ...(secureContext === undefined ? {} : { secureContext }) });
  return (options, callback) => {
    const isSecure = options.protocol === 'https:';
    const port = Number(options.port) || (isSecure ? 443 : 80);
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(timedOut()), timeoutMs);
    dial({ host: options.hostname, port }, { resolve, signal: abort.signal })
      .finally(() => clearTimeout(timer))
      .then(
        (socket) => {
          const done: buildConnector.Callback = (...[error, connected]) =>
            error === null ? callback(null, watchAnswers(connected)) : callback(error, null);
          if (isSecure) encrypt({ ...options, httpSocket: socket }, done);
          else done(null, socket);
        },
        (error: Error) => callback(error, null),
      );
  };
}

const timedOut = (): Error => Object.assign(new Error('no connection in time'), { code: 'ETIMEDOUT' });
