import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { TLSSocket } from 'node:tls';
import { readBody } from '../http.ts';
import { type Exchange, type Farewell, firstHalf, type Reply } from './exchange.ts';

/** Statuses without body and content length. */
const BODILESS = new Set([204, 304]);

/** A request of node:http. */
export class Http1Exchange implements Exchange {
  readonly http2 = false;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;

  constructor(request: IncomingMessage, response: ServerResponse) {
    this.#request = request;
    this.#response = response;
  }

  get method(): string {
    return this.#request.method ?? '';
  }

  get path(): string {
    return pathOf(this.#request.url);
  }

  get headers(): IncomingHttpHeaders {
    return this.#request.headers;
  }

  get authority(): string {
    return this.#request.headers.host ?? '';
  }

  get connection(): object {
    return this.#request.socket;
  }

  get gone(): boolean {
    return this.#response.destroyed;
  }

  body(limit: number): Promise<Buffer | undefined> {
    return readBody(this.#request, limit);
  }

  send({ status, headers, text }: Reply, last?: Farewell): void {
    if (!BODILESS.has(status)) this.#response.setHeader('content-length', Buffer.byteLength(text));
    if (last !== undefined) this.#response.setHeader('connection', 'close');
    this.#response.writeHead(status, headers).end(text);
  }

  truncate({ status, headers, text }: Reply): void {
    this.#response.setHeader('content-length', Math.max(1, Buffer.byteLength(text)));
    this.#response.writeHead(status, headers).write(firstHalf(text), () => this.cut());
  }

  cut(): void {
    const { socket } = this.#request;
    // Over TLS, Node cannot send the RST itself.
    if (socket instanceof TLSSocket) socket.destroy();
    else socket.resetAndDestroy();
  }

  allowStreams(): void {}

  onClose(listener: () => void): () => void {
    this.#response.once('close', listener);
    return () => void this.#response.off('close', listener);
  }
}

/** The path of a request's target. */
export const pathOf = (target = '/'): string => {
  const query = target.indexOf('?');
  return query < 0 ? target : target.slice(0, query);
};
