import type { Cancellable, Exchange } from '../http2/connection.ts';
import { Busywork } from './busywork.ts';
import { DEFAULT_WINDOW, ErrorCode, Flag, FrameType, MAX_31_BITS, Setting } from './codes.ts';
import { Exchanges } from './exchanges.ts';
import { type Frame, FrameReader } from './frame-reader.ts';
import { checkFrame } from './frame-rules.ts';
import { FrameWriter } from './frame-writer.ts';
import { HeaderBlockReader } from './header-block.ts';
import { ReceiveWindow } from './receive-window.ts';
import { OUR_SETTINGS, readSettings } from './settings.ts';
import { protocolError } from './violation.ts';

/** https://www.rfc-editor.org/rfc/rfc9113#section-3.4 */
const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
/** The server's window on the connection: enough for a thousand answers at once. */
const CONNECTION_WINDOW = 4 * 1024 * 1024;
const PING_PAYLOAD = Buffer.from('fanfare!');

/** Callbacks to the owner of the connection. */
export interface ProtocolListener {
  /** There is something in `output`. */
  wrote(): void;
  /** The server has changed its limits. */
  room(): void;
  /** The server accepts no new streams, and has not processed those above this id. */
  goaway(lastStreamId: number): void;
  /** The server has ended the connection with an error. */
  failed(error: Error): void;
}

/**
 * The client's side of one HTTP/2 connection, without its socket: what arrives goes into `receive`, what is to be sent
 * comes out of `output`. https://www.rfc-editor.org/rfc/rfc9113
 */
export class ClientProtocol {
  readonly output = new FrameWriter();
  readonly #listener: ProtocolListener;
  readonly #input = new FrameReader((frame) => this.#frame(frame));
  readonly #blocks = new HeaderBlockReader();
  readonly #received = new ReceiveWindow(CONNECTION_WINDOW);
  readonly #busywork = new Busywork();
  readonly #exchanges: Exchanges;
  readonly #pings: (() => void)[] = [];
  #isSettled = false;
  #streamLimit: number | undefined;
  #lastProcessedId = MAX_31_BITS;

  constructor(authority: string, listener: ProtocolListener) {
    this.#listener = listener;
    this.#exchanges = new Exchanges({
      authority,
      output: this.output,
      busywork: this.#busywork,
      wrote: () => listener.wrote(),
    });
  }

  /** See `Http2Connection`. */
  get streamLimit(): number | undefined {
    return this.#streamLimit;
  }

  /** No request can be sent any longer. */
  get isExhausted(): boolean {
    return this.#exchanges.isExhausted;
  }

  /** Writes what a connection begins with. */
  start(): void {
    this.output.raw(PREFACE);
    this.output.settings(OUR_SETTINGS);
    this.output.windowUpdate(0, CONNECTION_WINDOW - DEFAULT_WINDOW);
    this.#listener.wrote();
  }

  /** Writes a request. Throws a TypeError for a header that must not be sent. */
  send(exchange: Exchange): Cancellable {
    const stream = this.#exchanges.send(exchange);
    this.#listener.wrote();
    return stream;
  }

  /** Asks the server for a sign of life. */
  ping(answered: () => void): void {
    this.#pings.push(answered);
    this.output.ping(PING_PAYLOAD, 0, false);
    this.#listener.wrote();
  }

  /** Says that the connection ends, and why. */
  goodbye(code: number): void {
    this.output.goaway(code);
    this.#listener.wrote();
  }

  /** Takes bytes as they arrive. Throws a `Violation`, after which the connection must be ended. */
  receive(chunk: Buffer): void {
    this.#input.push(chunk);
    // Answers to what arrived.
    this.#listener.wrote();
  }

  /** Ends all requests; nothing is received any longer. */
  end(error: Error): void {
    this.#input.stop();
    this.#exchanges.end(error);
  }

  #frame(frame: Frame): void {
    if (!this.#isSettled && (frame.type !== FrameType.SETTINGS || frame.flags & Flag.ACK)) {
      throw protocolError('the server does not begin with its settings');
    }
    checkFrame(frame);
    this.#blocks.expects(frame);
    switch (frame.type) {
      case FrameType.DATA:
        this.#data(frame);
        break;
      case FrameType.HEADERS:
        this.#block(this.#blocks.headers(frame));
        break;
      case FrameType.CONTINUATION:
        this.#block(this.#blocks.continuation(frame));
        break;
      case FrameType.RST_STREAM:
        this.#exchanges.reset(frame);
        break;
      default:
        // What is not about one request.
        this.#busywork.count();
        this.#control(frame);
    }
  }

  #control(frame: Frame): void {
    switch (frame.type) {
      case FrameType.SETTINGS:
        this.#settings(frame);
        break;
      case FrameType.PING:
        this.#ping(frame);
        break;
      case FrameType.GOAWAY:
        this.#goaway(frame);
        break;
      case FrameType.WINDOW_UPDATE:
        this.#windowUpdate(frame);
        break;
      case FrameType.PUSH_PROMISE:
        throw protocolError('a push, though we have disabled it');
      default:
      // PRIORITY is deprecated, other types are unknown: both are ignored.
    }
  }

  #block(block: Frame | undefined): void {
    if (block !== undefined) this.#exchanges.block(block);
  }

  #data(frame: Frame): void {
    const increment = this.#received.take(frame.end - frame.start);
    if (increment > 0) this.output.windowUpdate(0, increment);
    this.#exchanges.data(frame);
  }

  #settings(frame: Frame): void {
    if (frame.flags & Flag.ACK) return;
    this.#isSettled = true;
    for (const [id, value] of readSettings(frame)) this.#apply(id, value);
    this.output.settings([]);
    this.#listener.room();
  }

  #apply(id: number, value: number): void {
    if (id === Setting.HEADER_TABLE_SIZE) this.#exchanges.limitTable(value);
    if (id === Setting.MAX_CONCURRENT_STREAMS) this.#streamLimit = value;
    if (id === Setting.INITIAL_WINDOW_SIZE) this.#exchanges.resizeWindows(value);
  }

  #ping({ flags, bytes, start }: Frame): void {
    if (flags & Flag.ACK) this.#pings.shift()?.();
    else this.output.ping(bytes, start, true);
  }

  #goaway({ bytes, start }: Frame): void {
    const last = bytes.readUInt32BE(start) & MAX_31_BITS;
    const code = bytes.readUInt32BE(start + 4);
    const isOurs = last === 0 || last % 2 === 1;
    if (!isOurs || last > this.#lastProcessedId) throw protocolError('a GOAWAY with an impossible stream id');
    this.#lastProcessedId = last;
    this.#listener.goaway(last);
    this.#exchanges.refuseAbove(last);
    // The server is about to end the connection: https://www.rfc-editor.org/rfc/rfc9113#section-5.4.1
    if (code !== ErrorCode.NO_ERROR) this.#listener.failed(sessionError(code));
  }

  #windowUpdate({ streamId, bytes, start }: Frame): void {
    const increment = bytes.readUInt32BE(start) & MAX_31_BITS;
    if (streamId === 0 && increment === 0) throw protocolError('a window update of 0');
    this.#exchanges.enlarge(streamId, increment);
  }
}

/** With the code that node:http2 gives, so that both clients report the same. */
const sessionError = (code: number): Error =>
  Object.assign(new Error(`the server ended the connection with code ${code}`), { code: 'ERR_HTTP2_SESSION_ERROR' });
