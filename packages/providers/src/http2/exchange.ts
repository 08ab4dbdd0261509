import { type ClientHttp2Session, type ClientHttp2Stream, constants, type IncomingHttpHeaders } from 'node:http2';

/** One POST. Header names are lower case; `:authority` and `:scheme` are the session's. */
export interface Http2Request {
  path: string;
  headers: Readonly<Record<string, string>>;
  body: Buffer | string;
}

/** A complete answer. Of a body beyond the cap only the beginning is kept. */
export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

/** A stream that ended without a complete answer. */
export interface Broken {
  /** Undefined: the stream never left this process. */
  streamId: number | undefined;
  /** https://www.rfc-editor.org/rfc/rfc9113#section-7 */
  rstCode: number;
  error: Error | undefined;
}

/** What the owner of a stream is told. */
export interface ExchangeListener {
  /** Something arrived. */
  received(): void;
  /** The stream is over; told exactly once. */
  ended(end: Answer | Broken): void;
}

/** Answers of FCM and APNs are a few hundred bytes, those of an OAuth server a few thousand. */
const MAX_BODY_BYTES = 64 * 1024;

/**
 * Runs one request on an open session. An answer is complete when the server has ended the stream without an error:
 * one that breaks off after its status is `Broken`. A body that passes the cap is cut and its stream cancelled.
 */
export function exchange(
  session: ClientHttp2Session,
  { path, headers, body }: Http2Request,
  listener: ExchangeListener,
): ClientHttp2Stream {
  const stream = session.request({ ':method': 'POST', ':path': path, ...headers });
  let answer: IncomingHttpHeaders | undefined;
  let error: Error | undefined;
  let complete = false;
  const chunks: Buffer[] = [];
  let length = 0;
  stream.on('response', (received) => {
    answer = received;
    listener.received();
  });
  stream.on('data', (chunk: Buffer) => {
    listener.received();
    chunks.push(chunk);
    length += chunk.length;
    if (length > MAX_BODY_BYTES) {
      complete = true;
      stream.close(constants.NGHTTP2_CANCEL);
    }
  });
  stream.on('end', () => {
    complete ||= stream.rstCode === constants.NGHTTP2_NO_ERROR;
  });
  stream.on('error', (cause) => {
    error = cause;
  });
  stream.on('close', () => {
    if (answer === undefined || !complete) {
      listener.ended({ streamId: stream.id, rstCode: stream.rstCode, error });
    } else {
      listener.ended({ status: Number(answer[':status']), headers: answer, body: textOf(chunks) });
    }
  });
  stream.end(body);
  return stream;
}

function textOf(chunks: readonly Buffer[]): string {
  const [first] = chunks;
  if (first === undefined) return '';
  return (chunks.length === 1 ? first : Buffer.concat(chunks)).toString('utf8', 0, MAX_BODY_BYTES);
}
