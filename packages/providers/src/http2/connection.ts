import type { TLSSocket } from 'node:tls';

/** One POST. Header names are lower case; `:authority` and `:scheme` are the connection's. */
export interface Http2Request {
  path: string;
  headers: Readonly<Record<string, string>>;
  body: Buffer | string;
  /** Called right before it is written to a stream; false: it is not written. */
  mayLeave?: (() => boolean) | undefined;
  /** Names of headers, `:path` included, whose values rarely repeat: header compression need not remember them. */
  unrepeated?: ReadonlySet<string> | undefined;
}

/** A complete answer. Of a body beyond `MAX_BODY_BYTES` only the beginning is kept. */
export interface Answer {
  status: number;
  headers: AnswerHeaders;
  body: string;
}

/** The headers that we read; a client may keep others as well. */
interface AnswerHeaders {
  readonly 'retry-after'?: string | undefined;
}

/** Answers of FCM and APNs have a few hundred bytes, those of an OAuth server a few thousand. */
export const MAX_BODY_BYTES = 64 * 1024;

/** A stream that ended without a complete answer. */
interface Broken {
  /** Undefined: the stream never left this process. */
  streamId: number | undefined;
  /** https://www.rfc-editor.org/rfc/rfc9113#section-7 */
  rstCode: number;
  error: Error | undefined;
}

/** How a stream ended. */
export type Ended = { kind: 'answered'; answer: Answer } | ({ kind: 'broken' } & Broken);

/** A request on a connection, as its owner sees it. */
export interface Exchange {
  readonly request: Http2Request;
  /** The stream is over; called exactly once. */
  ended(end: Ended): void;
}

/** What is under way. */
export interface Cancellable {
  cancel(): void;
}

/**
 * An HTTP/2 connection to a server. There are two implementations: `node-http2` and `lean-http2`. Every request ends
 * exactly once, at the latest with the connection.
 */
export interface Http2Connection {
  /** Concurrent streams the server allows; undefined until it has said so. */
  readonly streamLimit: number | undefined;
  /** Whether a stream may be opened now, apart from that limit. */
  readonly isOpen: boolean;
  /** Sends a request; only while `isOpen`. Throws a TypeError for a header that must not be sent. */
  send(exchange: Exchange): Cancellable;
  /** `answered` is not called when the connection ends before. */
  ping(answered: () => void): void;
  /** Says goodbye to the server, and closes the socket. Only when no request is in flight. */
  close(): void;
  /** Ends the connection and every request on it with this error. */
  destroy(error: Error): void;
}

/** Callbacks from a connection to its owner. When it ends, its socket closes. */
export interface ConnectionListener {
  /** The handshake is complete: requests may be sent. */
  connected(): void;
  /** Something arrived. */
  received(): void;
  /** The server has changed its limits, or the socket accepts data again: there may be room. */
  room(): void;
  /** The server accepts no new streams, and has not processed those above this id. A second call may lower it. */
  goaway(lastStreamId: number): void;
  /** The connection failed; it is about to end. */
  failed(error: Error): void;
}

/** Opens a connection on a TLS socket whose handshake has begun. */
export type OpenConnection = (socket: TLSSocket, options: OpenOptions, listener: ConnectionListener) => Http2Connection;

export interface OpenOptions {
  /** `https://host[:port]` */
  origin: string;
  /** Concurrent streams until the server announces its limit. */
  startStreams: number;
}
