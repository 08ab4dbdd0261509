import type { IncomingHttpHeaders } from 'node:http';

/** What is answered. */
export interface Reply {
  status: number;
  headers: Record<string, string>;
  /** Empty for none. */
  text: string;
}

/** How a connection is cut under a request; `refused` says besides that the request was not looked at (HTTP/2 only). */
export type Cut = 'reset' | 'refused';

/** One request and its way back, the same over HTTP/1.1 and HTTP/2. */
export interface Exchange {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** Lower case; over HTTP/2 with its pseudo headers. */
  readonly headers: IncomingHttpHeaders;
  /** The name it was called by, with the port unless it is the usual one; empty when it does not say. */
  readonly authority: string;
  /** Stands for the connection: the same object for all its requests. */
  readonly connection: object;
  readonly http2: boolean;
  /** The caller has left, there is nobody to answer. */
  readonly gone: boolean;
  /**
   * The whole body; undefined when it is larger than `limit` bytes. To be called once.
   *
   * @throws Error when the caller leaves in the middle.
   */
  body(limit: number): Promise<Buffer | undefined>;
  /**
   * Answers. `last` closes the connection once what is under way on it is answered; over HTTP/2 by GOAWAY, with these
   * words as its debug data.
   */
  send(reply: Reply, last?: string): void;
  cut(how: Cut): void;
  /** From now on the connection may have so many requests under way at once. Nothing to HTTP/1.1. */
  allowStreams(limit: number): void;
  /** Calls the listener when the request is over, answered or not. Returns what takes it away. */
  onClose(listener: () => void): () => void;
}
