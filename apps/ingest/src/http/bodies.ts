import type { IncomingMessage } from 'node:http';
import { FanfareError } from '@fanfare/core';
import { closeIfUnread, holdBodies } from '@fanfare/runtime';
import type { FastifyInstance, FastifyRequest, preParsingHookHandler } from 'fastify';
import { BODY_LIMITS, type BodyKind, isStreamed } from './body-limits.ts';
import type { BodyTimes } from './body-times.ts';
import { complexityProblem, parseJson, unusable } from './json.ts';
import { checkLength, readBody, streamBody } from './read-body.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** How large a body may be, and whether it is streamed. Every route that can have a body must declare it. */
    body?: BodyKind;
  }
}

/** Methods whose request bodies are read. */
const WITH_BODY = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

/** The kind of a route's body. @throws Error if the route can have a body and does not declare its kind. */
export function bodyKindOf(method: string, url: string, kind: BodyKind | undefined): BodyKind | undefined {
  if (!WITH_BODY.has(method)) return undefined;
  if (kind === undefined) throw new Error(`${method} ${url} does not say how large a body it takes`);
  return kind;
}

/**
 * Reads bodies, but only after authentication and never more than the route needs. A request answered before its body
 * has arrived closes its connection.
 */
export function acceptBodies(server: FastifyInstance, times: BodyTimes): void {
  holdBodies(server.server);
  server.addHook('onSend', (request, reply, payload, done) => {
    closeIfUnread(request.raw, reply.raw);
    done(null, payload);
  });
  server.addHook('onRoute', (route) => {
    const kind = route.config?.body;
    if (!isStreamed(kind)) return;
    const { bytes } = BODY_LIMITS[kind];
    const stream: preParsingHookHandler = (request, reply, payload, done) => {
      checkLength(request.headers, bytes);
      const body = streamBody(payload as IncomingMessage, bytes, times);
      reply.raw.once('close', () => body.destroy());
      done(null, body);
    };
    route.preParsing = [stream, route.preParsing ?? []].flat();
  });
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('application/json', (request: FastifyRequest, payload: IncomingMessage, done) => {
    const body = readJson(request, payload, times);
    if (body instanceof Promise) return body;
    done(null, body);
  });
  server.addContentTypeParser('application/x-ndjson', async (request: FastifyRequest, payload: IncomingMessage) => {
    if (!isStreamed(request.routeOptions.config.body)) throw wrongType('application/json');
    return payload;
  });
}

/** What a body says, or its bytes if the route parses them. */
function readJson(request: FastifyRequest, payload: IncomingMessage, times: BodyTimes): unknown | Promise<unknown> {
  const kind = request.routeOptions.config.body ?? 'small';
  if (isStreamed(kind)) throw wrongType('application/x-ndjson');
  const limits = BODY_LIMITS[kind];
  checkLength(request.headers, limits.bytes);
  const read = readBody(payload, limits.bytes, times);
  if (kind === 'batch') return read;
  return read instanceof Promise ? read.then((bytes) => parse(bytes, limits.keys)) : parse(read, limits.keys);
}

function parse(bytes: Buffer, keys: number): unknown {
  // SDKs send DELETE with a JSON content type and no body, which is not invalid JSON.
  if (bytes.length === 0) return undefined;
  const problem = complexityProblem(bytes, keys);
  if (problem !== undefined) throw unusable(problem);
  return parseJson(bytes);
}

const wrongType = (type: string): FanfareError =>
  new FanfareError('ERR_UNSUPPORTED_MEDIA_TYPE', `content-type: must be ${type}`);
