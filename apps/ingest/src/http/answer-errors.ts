import { maxHeaderSize, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { FanfareError } from '@fanfare/core';
import { redisTrouble } from '@fanfare/redis';
import type { FastifyError, FastifyReply } from 'fastify';
import type { IngestDeps } from '../deps.ts';
import type { Server } from './fastify.ts';

/** Seconds after which a caller should retry while Redis is unreachable. */
const AWAY_RETRY_S = 2;

/** Returns every error in the same shape, and logs internal errors with the request id. */
export function answerErrors(
  server: Pick<Server, 'setErrorHandler' | 'setNotFoundHandler'>,
  { log }: IngestDeps,
): void {
  // Plugins that serve files ask for it; all other unknown paths are refused before their body is read.
  server.setNotFoundHandler((request, reply) => sendError(reply, unknownRoute(request.method)));
  server.setErrorHandler((error: FastifyError | Error, request, reply) => {
    const known = toFanfareError(error);
    if (known.code === 'ERR_INTERNAL') log.error({ err: error, reqId: request.id }, 'request.failed');
    return sendError(reply, known);
  });
}

/** For a path or method that does not exist. */
export const unknownRoute = (method: string): FanfareError =>
  new FanfareError('ERR_ROUTE_NOT_FOUND', `there is no ${method} on this path`);

/** Maps any error to the FanfareError the caller gets. */
export function toFanfareError(error: FastifyError | Error): FanfareError {
  if (error instanceof FanfareError) return error;
  const trouble = redisTrouble(error);
  if (trouble === 'full') return new FanfareError('ERR_OVERLOADED', 'Redis is full', { retryAfterS: 5 });
  if (trouble) return new FanfareError('ERR_UNAVAILABLE', 'Redis cannot be reached', { retryAfterS: AWAY_RETRY_S });
  const code = 'code' in error ? error.code : undefined;
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
    return new FanfareError('ERR_UNSUPPORTED_MEDIA_TYPE', 'content-type: is not supported on this path');
  }
  const status = 'statusCode' in error ? error.statusCode : undefined;
  if (status !== undefined && status < 500) return new FanfareError('ERR_BAD_REQUEST', 'the request is malformed');
  return new FanfareError('ERR_INTERNAL', 'internal error', { cause: error });
}

/**
 * For every response: no cache keeps what was answered to one caller, by any key, and no browser guesses what it is.
 */
export const API_HEADERS = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };

/** Sends an error. */
export function sendError(reply: FastifyReply, error: FanfareError): FastifyReply {
  reply.headers(API_HEADERS);
  if (error.retryAfterS !== undefined) reply.header('retry-after', error.retryAfterS);
  return reply.code(error.status).send(bodyOf(error));
}

function bodyOf({ code, message, details }: FanfareError): object {
  return { error: details === undefined ? { code, message } : { code, message, details } };
}

/** Answers requests that Node's HTTP parser rejects, then closes the connection. */
export function answerUnreadable(error: Error & { code?: string }, socket: Socket): void {
  // The client is gone, or a response is already under way, which this would corrupt.
  if (error.code === 'ECONNRESET' || !socket.writable || socket.bytesWritten > 0) return void socket.destroy();
  const refusal = new FanfareError('ERR_BAD_REQUEST', unreadable(error.code));
  const body = JSON.stringify(bodyOf(refusal));
  const head = [
    `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status]}`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...Object.entries(API_HEADERS).map(([name, value]) => `${name}: ${value}`),
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

function unreadable(code: string | undefined): string {
  if (code === 'HPE_HEADER_OVERFLOW') return `headers: are larger than ${maxHeaderSize} bytes`;
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 'the request took too long to arrive';
  return 'the request is not HTTP';
}
