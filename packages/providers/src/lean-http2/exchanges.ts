import type { Cancellable, Exchange } from '../http2/connection.ts';
import { BodySender } from './body-sender.ts';
import type { Busywork } from './busywork.ts';
import { ErrorCode, Flag } from './codes.ts';
import type { Frame } from './frame-reader.ts';
import { unpad } from './frame-rules.ts';
import type { FrameWriter } from './frame-writer.ts';
import { HpackDecoder } from './hpack/decoder.ts';
import { HpackEncoder } from './hpack/encoder.ts';
import { MAX_HEADER_LIST_SIZE } from './settings.ts';
import type { Stream } from './stream.ts';
import { Streams } from './streams.ts';
import { flowControlError } from './violation.ts';

/** What the exchanges share with their connection. */
export interface ExchangesOptions {
  authority: string;
  output: FrameWriter;
  busywork: Busywork;
  /** Called when a request that was cancelled has written to `output`. */
  wrote: () => void;
}

/**
 * The requests of a connection and their answers: what frames on streams mean. A malformed answer only ends its stream:
 * https://www.rfc-editor.org/rfc/rfc9113#section-8.1.1
 */
export class Exchanges {
  readonly #authority: string;
  readonly #output: FrameWriter;
  readonly #busywork: Busywork;
  readonly #encoder = new HpackEncoder();
  readonly #decoder = new HpackDecoder(MAX_HEADER_LIST_SIZE);
  readonly #streams = new Streams();
  readonly #bodies: BodySender;

  readonly #cancel: (stream: Stream) => void;

  constructor({ authority, output, busywork, wrote }: ExchangesOptions) {
    this.#authority = authority;
    this.#output = output;
    this.#busywork = busywork;
    this.#bodies = new BodySender(output);
    this.#cancel = (stream) => {
      this.#abandon(stream, ErrorCode.CANCEL);
      wrote();
    };
  }

  /** No request can be sent any longer. */
  get isExhausted(): boolean {
    return this.#streams.isExhausted;
  }

  /** Writes a request. Throws a TypeError for a header that must not be sent. */
  send(exchange: Exchange): Cancellable {
    const { path, headers, body, unrepeated } = exchange.request;
    const encoder = this.#encoder;
    encoder.begin();
    encoder.add(':method', 'POST');
    encoder.add(':scheme', 'https');
    encoder.add(':authority', this.#authority);
    encoder.add(':path', path, unrepeated);
    for (const name in headers) encoder.add(name, headers[name] as string, unrepeated);
    const length = encoder.end();
    const stream = this.#streams.open(exchange, this.#cancel);
    this.#output.headers(stream.id, { bytes: encoder.bytes, length, endStream: body.length === 0 });
    if (body.length > 0) this.#bodies.send(stream, body);
    return stream;
  }

  /** The server's SETTINGS_HEADER_TABLE_SIZE. */
  limitTable(size: number): void {
    this.#encoder.limitTable(size);
  }

  /** Takes a header block: an answer's or its trailers. */
  block({ streamId, flags, bytes, start, end }: Frame): void {
    // Those of streams that are over, too, change the table.
    const fields = this.#decoder.decode(bytes, start, end);
    const endStream = (flags & Flag.END_STREAM) !== 0;
    const stream = this.#streams.findReceiving(streamId);
    if (stream === undefined || !endStream) this.#busywork.count();
    if (stream === undefined) return;
    if (!stream.answer.fields(fields, endStream)) this.#abandon(stream, ErrorCode.PROTOCOL_ERROR);
    else if (endStream) this.#finish(stream);
  }

  /** Takes DATA, which may be padded. */
  data(frame: Frame): void {
    const length = frame.end - frame.start;
    unpad(frame);
    const { streamId, flags, bytes, start, end } = frame;
    const stream = this.#streams.findReceiving(streamId);
    if (stream === undefined || start === end) this.#busywork.count();
    if (stream === undefined) return;
    const increment = stream.received.take(length);
    const isLast = (flags & Flag.END_STREAM) !== 0;
    if (!stream.answer.body(bytes, { start, end, isLast })) this.#abandon(stream, ErrorCode.PROTOCOL_ERROR);
    else if (isLast) this.#finish(stream);
    else if (stream.answer.isFull) this.#cut(stream);
    else if (increment > 0) this.#output.windowUpdate(streamId, increment);
  }

  /** Takes RST_STREAM. */
  reset({ streamId, bytes, start }: Frame): void {
    const stream = this.#streams.find(streamId);
    if (stream === undefined) this.#busywork.count();
    else this.#break(stream, bytes.readUInt32BE(start), streamError());
  }

  /** Enlarges the server's window for a stream, or with id 0 for the connection. */
  enlarge(streamId: number, increment: number): void {
    if (streamId === 0) {
      if (!this.#bodies.enlargeConnection(increment))
        throw flowControlError('the window of the connection is too large');
      return;
    }
    const stream = this.#streams.find(streamId);
    if (stream === undefined) return;
    if (increment === 0) this.#abandon(stream, ErrorCode.PROTOCOL_ERROR);
    else if (!this.#bodies.enlarge(stream, increment)) this.#abandon(stream, ErrorCode.FLOW_CONTROL_ERROR);
  }

  /**
   * The server's SETTINGS_INITIAL_WINDOW_SIZE, which applies to open streams as well:
   * https://www.rfc-editor.org/rfc/rfc9113#section-6.9.2
   */
  resizeWindows(size: number): void {
    const increment = size - this.#streams.initialWindow;
    this.#streams.initialWindow = size;
    for (const stream of this.#streams.all()) {
      if (!this.#bodies.enlarge(stream, increment)) throw flowControlError('the window of a stream is too large');
    }
  }

  /** The server has not processed streams above this id: https://www.rfc-editor.org/rfc/rfc9113#section-6.8 */
  refuseAbove(lastStreamId: number): void {
    for (const stream of this.#streams.all()) {
      if (stream.id > lastStreamId) this.#break(stream, ErrorCode.REFUSED_STREAM, streamError());
    }
  }

  /** The connection is over. */
  end(error: Error): void {
    for (const stream of this.#streams.all()) this.#break(stream, ErrorCode.NO_ERROR, error);
  }

  #finish(stream: Stream): void {
    const answer = stream.answer.finish();
    if (answer === undefined) {
      this.#abandon(stream, ErrorCode.PROTOCOL_ERROR);
      return;
    }
    // A server may answer before it has the whole body: https://www.rfc-editor.org/rfc/rfc9113#section-8.1
    if (stream.rest === undefined) this.#streams.close(stream);
    else this.#reset(stream, ErrorCode.CANCEL);
    this.#busywork.progress();
    stream.ended({ kind: 'answered', answer });
  }

  /** The body is longer than we read. */
  #cut(stream: Stream): void {
    const answer = stream.answer.finish();
    if (answer === undefined) return;
    this.#reset(stream, ErrorCode.CANCEL);
    stream.ended({ kind: 'answered', answer });
  }

  #abandon(stream: Stream, code: number): void {
    if (!this.#streams.isOpen(stream)) return;
    this.#reset(stream, code);
    stream.ended({ kind: 'broken', streamId: stream.id, rstCode: code, error: streamError() });
  }

  /** Ends our side. */
  #reset(stream: Stream, code: number): void {
    this.#streams.reset(stream);
    this.#bodies.forget(stream);
    this.#output.resetStream(stream.id, code);
  }

  /** The server has ended its side. */
  #break(stream: Stream, rstCode: number, error: Error): void {
    this.#streams.close(stream);
    this.#bodies.forget(stream);
    stream.ended({ kind: 'broken', streamId: stream.id, rstCode, error });
  }
}

/** With the code that node:http2 gives, so that both clients report the same. */
const streamError = (): Error => Object.assign(new Error('the stream was reset'), { code: 'ERR_HTTP2_STREAM_ERROR' });
