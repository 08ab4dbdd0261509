import { type ClientRequest, type IncomingMessage, request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';
import { Problem } from '../problem.ts';

/** A request for the API. */
export interface ForApi {
  method: string;
  /** Encoded, with its query. */
  path: string;
  headers: Record<string, string>;
  body: Buffer | undefined;
  /** Aborted when the client has gone. */
  signal: AbortSignal;
}

/** The API's answer; its body has to be read or destroyed. */
export interface FromApi {
  status: number;
  headers: Record<string, string>;
  body: IncomingMessage;
}

/** Longer than a test push may take, which the API waits for 15 seconds. */
const SILENCE_MS = 25_000;

/** The headers of an answer that reach the browser: neither cookies nor those about the connection. */
const PASSED_ON = ['content-type', 'content-length', 'content-encoding', 'retry-after'];

/** What the API answers with. Anything else comes from another server, and would be shown under our address. */
const API_TYPES = /^application\/(json|x-ndjson)\b/;

/**
 * Sends a request to the API and returns its answer as it begins, the body still arriving.
 * @throws Problem if the API cannot be reached, does not answer in time, or is not ours.
 */
export async function forward(apiUrl: string, request: ForApi): Promise<FromApi> {
  const answer = await send(apiUrl, request);
  const { statusCode: status = 0 } = answer;
  const type = answer.headers['content-type'];
  if (status === 401) throw refused(answer, 'the API does not accept the console’s FANFARE_ADMIN_KEY');
  if (status < 200 || (status >= 300 && status < 400) || !(status === 204 || API_TYPES.test(type ?? ''))) {
    throw refused(answer, 'what answers at API_URL is not Fanfare’s API');
  }
  const headers = PASSED_ON.flatMap((name) => {
    const value = answer.headers[name];
    return typeof value === 'string' ? [[name, value] as const] : [];
  });
  return { status, headers: Object.fromEntries(headers), body: answer };
}

function send(apiUrl: string, { method, path, headers, body, signal }: ForApi): Promise<IncomingMessage> {
  const url = new URL(apiUrl);
  const length = body === undefined ? {} : { 'content-length': String(body.length) };
  const options = {
    method,
    // Not resolved against the URL, which would change its dots.
    path: url.pathname.replace(/\/$/, '') + path,
    headers: { ...headers, ...length },
    timeout: SILENCE_MS,
    signal,
  };
  const open = url.protocol === 'https:' ? overHttps : overHttp;
  return new Promise((resolve, reject) => {
    const sent: ClientRequest = open(url, options, resolve);
    sent.once('timeout', () => sent.destroy(new Problem(504, 'ERR_TIMEOUT', 'the API has not answered in time')));
    sent.once('error', (error) => reject(error instanceof Problem ? error : unreachable(error)));
    sent.end(body);
  });
}

function refused(answer: IncomingMessage, message: string): Problem {
  answer.destroy();
  return new Problem(502, 'ERR_BAD_GATEWAY', message);
}

const unreachable = (cause: Error): Problem =>
  new Problem(502, 'ERR_API_UNREACHABLE', 'the API cannot be reached; check that ingest runs, and API_URL', { cause });
