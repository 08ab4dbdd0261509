import { redisTrouble } from '@fanfare/redis';
import type { FastifyError, FastifyRequest } from 'fastify';

/** A problem described for the user, with an HTTP status and a stable code. */
export class Problem extends Error {
  override name = 'Problem';
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
    this.code = code;
  }
}

/** The answer to an unknown path. */
export const NOT_FOUND = new Problem(404, 'ERR_ROUTE_NOT_FOUND', 'there is no such page');

/** The problem behind an error. An unknown error is a bug; its message is not shown. */
export function problemOf(error: FastifyError | Error): Problem {
  if (error instanceof Problem) return error;
  const trouble = redisTrouble(error);
  if (trouble === 'full') return new Problem(503, 'ERR_OVERLOADED', 'Redis is full');
  if (trouble) return new Problem(503, 'ERR_UNAVAILABLE', 'Redis cannot be reached');
  const status = 'statusCode' in error ? (error.statusCode ?? 500) : 500;
  if (status < 500) return new Problem(status, 'ERR_BAD_REQUEST', error.message);
  return new Problem(500, 'ERR_INTERNAL', 'internal error', { cause: error });
}

/** Whether the client is a program: it accepts JSON or calls an API. */
export const wantsJson = ({ headers, url }: Pick<FastifyRequest, 'headers' | 'url'>): boolean =>
  headers.accept?.includes('application/json') === true || /^((\/queues)?\/api|\/session)([/?]|$)/.test(url);
