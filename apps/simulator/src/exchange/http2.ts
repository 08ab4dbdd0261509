import { constants, type Http2Session, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import { readBody } from '../http.ts';
import { type Cut, type Exchange, type Farewell, firstHalf, type Reply } from './exchange.ts';
import { pathOf } from './http1.ts';

const CODE: Record<Cut, number> = {
  reset: constants.NGHTTP2_INTERNAL_ERROR,
  refused: constants.NGHTTP2_REFUSED_STREAM,
};

const MAX_STREAM_ID = 2 ** 31 - 1;

/**
 * A stream of node:http2. Uses the native API: the one compatible with node:http takes a third more CPU per request.
 */
export class Http2Exchange implements Exchange {
  readonly http2 = true;
  readonly headers: IncomingHttpHeaders;
  readonly #stream: ServerHttp2Stream;
  readonly #session: Http2Session;

  /** `session`: of the stream, which forgets it once destroyed. */
  constructor(stream: ServerHttp2Stream, session: Http2Session, headers: IncomingHttpHeaders) {
    this.#stream = stream;
    this.#session = session;
    this.headers = headers;
    // Any stream error comes from the caller and counts as a disconnect.
    stream.on('error', () => {});
  }

  get method(): string {
    return this.headers[':method'] ?? '';
  }

  get path(): string {
    return pathOf(this.headers[':path']);
  }

  get authority(): string {
    return this.headers[':authority'] ?? this.headers.host ?? '';
  }

  get connection(): object {
    return this.#session;
  }

  get gone(): boolean {
    return this.#stream.destroyed || this.#stream.closed;
  }

  body(limit: number): Promise<Buffer | undefined> {
    return readBody(this.#stream, limit);
  }

  send(reply: Reply, last?: Farewell): void {
    if (last === undefined) this.#respond(reply);
    else if (last.twoSteps && !this.#ending) this.#announceEnd(reply, last);
    else this.#end(reply, last);
  }

  truncate({ status, headers, text }: Reply): void {
    this.#stream.respond({ ':status': status, ...headers });
    // With `close`, Node would first end the stream, and the answer would be complete.
    this.#stream.write(firstHalf(text), () => this.#stream.destroy(new Error('cut in the middle of the answer')));
  }

  cut(how: Cut): void {
    this.#stream.close(CODE[how]);
  }

  allowStreams(limit: number): void {
    if (this.#ending || this.#session.localSettings.maxConcurrentStreams === limit) return;
    this.#session.settings({ maxConcurrentStreams: limit });
  }

  onClose(listener: () => void): () => void {
    this.#stream.once('close', listener);
    return () => void this.#stream.off('close', listener);
  }

  get #ending(): boolean {
    return this.#session.closed || this.#session.destroyed;
  }

  #respond({ status, headers, text }: Reply): void {
    this.#stream.respond({ ':status': status, ...headers }, { endStream: text === '' });
    if (text !== '') this.#stream.end(text);
  }

  /** Answers after the round trip: Node stops reading a session that has sent GOAWAY and has no open stream. */
  #announceEnd(reply: Reply, last: Farewell): void {
    this.#session.goaway(constants.NGHTTP2_NO_ERROR, MAX_STREAM_ID, Buffer.from(last.words));
    this.#session.ping(() => {
      if (!this.gone) this.#end(reply, last);
    });
  }

  #end(reply: Reply, { words }: Farewell): void {
    this.#respond(reply);
    if (this.#ending) return;
    // Without a stream id, GOAWAY names the last stream processed.
    this.#session.goaway(constants.NGHTTP2_NO_ERROR, undefined, Buffer.from(words));
    this.#session.close();
  }
}
