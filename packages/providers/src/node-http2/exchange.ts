import { type ClientHttp2Session, type ClientHttp2Stream, constants, type IncomingHttpHeaders } from 'node:http2';
import { type Answer, type Exchange, MAX_BODY_BYTES } from '../http2/connection.ts';

/**
 * Runs one request on an open session. An answer is complete when the server ends the stream without an error: one that
 * breaks off after its status is broken. A body that exceeds the cap is cut and its stream cancelled.
 * `received` is called whenever something arrives.
 */
export function exchange(session: ClientHttp2Session, owner: Exchange, received: () => void): ClientHttp2Stream {
  const { path, headers, body } = owner.request;
  const stream = session.request({ ':method': 'POST', ':path': path, ...headers });
  const reading = new Reading(stream);
  let error: Error | undefined;
  stream.on('response', (headersReceived) => {
    reading.headers = headersReceived;
    received();
  });
  stream.on('data', (chunk: Buffer) => {
    reading.add(chunk);
    received();
  });
  stream.on('end', () => reading.end());
  stream.on('error', (cause) => {
    error = cause;
  });
  stream.on('close', () => {
    const { answer } = reading;
    owner.ended(
      answer ? { kind: 'answered', answer } : { kind: 'broken', streamId: stream.id, rstCode: stream.rstCode, error },
    );
  });
  stream.end(body);
  return stream;
}

/** An answer as it arrives. */
class Reading {
  headers: IncomingHttpHeaders | undefined;
  readonly #stream: ClientHttp2Stream;
  readonly #chunks: Buffer[] = [];
  #length = 0;
  #complete = false;

  constructor(stream: ClientHttp2Stream) {
    this.#stream = stream;
  }

  add(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    if (this.#length <= MAX_BODY_BYTES || this.#complete) return;
    this.#complete = true;
    this.#stream.close(constants.NGHTTP2_CANCEL);
  }

  /** The stream also ends when it breaks, but then with a code. */
  end(): void {
    this.#complete ||= this.#stream.rstCode === constants.NGHTTP2_NO_ERROR;
  }

  /** Undefined as long as it is incomplete. */
  get answer(): Answer | undefined {
    if (this.headers === undefined || !this.#complete) return undefined;
    return { status: Number(this.headers[':status']), headers: this.headers, body: this.#text };
  }

  get #text(): string {
    const [first] = this.#chunks;
    if (first === undefined) return '';
    const bytes = this.#chunks.length === 1 ? first : Buffer.concat(this.#chunks);
    return bytes.toString('utf8', 0, MAX_BODY_BYTES);
  }
}
