import type { IncomingHttpHeaders } from 'node:http';

/** An answer. */
export interface Reply {
  status: number;
  headers: Record<string, string>;
  /** Empty: no body. */
  text: string;
}

/** How to cut a connection during a request; `refused` also says that the request was not processed (HTTP/2 only). */
export type Cut = 'reset' | 'refused';

/** The last words on a connection. */
export interface Farewell {
  /** The debug data of the GOAWAY. */
  words: string;
  /**
   * GOAWAY first without a limit, and with the last stream only after a round trip, so that requests under way are
   * served: https://www.rfc-editor.org/rfc/rfc9113#section-6.8
   */
  twoSteps: boolean;
}

/** A request and its answer, the same over HTTP/1.1 and HTTP/2. */
export interface Exchange {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** Lower case; over HTTP/2 with its pseudo headers. */
  readonly headers: IncomingHttpHeaders;
  /** The requested host, with the port unless it is the default; empty if unknown. */
  readonly authority: string;
  /** Identifies the connection: the same object for all its requests. */
  readonly connection: object;
  readonly http2: boolean;
  /** The caller has disconnected. */
  readonly gone: boolean;
  /**
   * The whole body; undefined if it is larger than `limit` bytes. Call it once.
   *
   * @throws Error if the caller disconnects in the middle.
   */
  body(limit: number): Promise<Buffer | undefined>;
  /** Answers. `last` closes the connection after the requests under way; over HTTP/2 by GOAWAY. */
  send(reply: Reply, last?: Farewell): void;
  /** Answers with the status, the headers and half of the body, and then cuts. */
  truncate(reply: Reply): void;
  cut(how: Cut): void;
  /** Sets the limit of concurrent requests on the connection. Has no effect on HTTP/1.1. */
  allowStreams(limit: number): void;
  /** Calls the listener when the request is over, answered or not. Returns a function that removes it. */
  onClose(listener: () => void): () => void;
}

/** The part of a body before a cut; at least one byte, so that it can be waited for. */
export const firstHalf = (text: string): string => text.slice(0, Math.ceil(text.length / 2)) || ' ';
