import type { IncomingMessage, ServerResponse } from 'node:http';
import { FanfareError } from '@fanfare/core';
import type { z } from 'zod';
import { parseJson, readBody, sendJson } from '../http.ts';
import { parse } from '../parse.ts';
import { NoQuery } from './queries.ts';

/** Enough for a behaviour for each of a hundred thousand uids. */
const MAX_BODY_BYTES = 16 * 1_048_576;

/** A call of the control API. */
export class Call {
  readonly #parts: Readonly<Record<string, string>>;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #query: Record<string, string>;

  constructor(request: IncomingMessage, response: ServerResponse, parts: Record<string, string>) {
    this.#parts = parts;
    this.#request = request;
    this.#response = response;
    this.#query = Object.fromEntries(new URL(request.url ?? '/', 'http://simulator').searchParams);
  }

  /** The values of the braces in its route. */
  part(name: string): string {
    return this.#parts[name] ?? '';
  }

  /**
   * @throws FanfareError ERR_BAD_REQUEST naming the wrong parameter.
   */
  query<Schema extends z.ZodObject>(schema: Schema): z.output<Schema> {
    return parse(schema, this.#query);
  }

  /**
   * The body of a call without query. @throws FanfareError if it has a query, is too large, or is not JSON.
   */
  async json(): Promise<unknown> {
    this.query(NoQuery);
    const body = await readBody(this.#request, MAX_BODY_BYTES);
    if (body === undefined) {
      throw new FanfareError('ERR_PAYLOAD_TOO_LARGE', `body: is larger than ${MAX_BODY_BYTES} bytes`);
    }
    const json = parseJson(body);
    if (json === undefined) throw new FanfareError('ERR_BAD_REQUEST', 'body: must be JSON');
    return json;
  }

  answer(value: unknown): void {
    sendJson(this.#response, 200, value);
  }

  answerPem(text: string): void {
    this.#response.writeHead(200, { 'content-type': 'application/x-pem-file' }).end(text);
  }
}

/** A route of the control API: its method and path as shown in the index, and its handler. */
export type ControlRoute = readonly [route: string, act: (call: Call) => void | Promise<void>];

/** A page of requests, and the `after` of the next page; null on the last. */
export function page<Request extends { sequence: number }>(find: (limit: number) => Request[], limit: number) {
  const found = find(limit + 1);
  const requests = found.slice(0, limit);
  return { requests, next: found.length > limit ? requests.at(-1)?.sequence : null };
}
