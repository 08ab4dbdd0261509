import { ERRORS, type ErrorCode } from '@fanfare/core';
import type { Route } from '../http/auth.ts';
import { authErrorsOf } from './security.ts';

/** What determines an operation's possible errors, besides who may call it. */
interface Inputs {
  hasBody: boolean;
  /** Parameters or a body that can be invalid. */
  hasInput: boolean;
}

const number = (description: string) => ({ description, schema: { type: 'integer' } });
const RETRY_AFTER = { 'Retry-After': number('Seconds to wait before retrying.') };
const RATE_LIMIT = {
  'X-RateLimit-Limit': number('Requests allowed per minute, if the operator limits them.'),
  'X-RateLimit-Remaining': number('Requests left in this minute.'),
  'X-RateLimit-Reset': number('When this minute ends, in epoch seconds.'),
};

/** The errors every operation of this kind can return. Errors specific to one operation come from its examples. */
export function errorsOf(route: Route, { hasBody, hasInput }: Inputs): ErrorCode[] {
  const errors = [...authErrorsOf(route)];
  if (hasInput || route.access !== 'admin') errors.push('ERR_BAD_REQUEST');
  if (hasBody) errors.push('ERR_PAYLOAD_TOO_LARGE');
  if (hasBody) errors.push('ERR_UNSUPPORTED_MEDIA_TYPE');
  if (route.access !== 'anyone') errors.push('ERR_TOO_MANY_REQUESTS');
  if (route.method !== 'GET') errors.push('ERR_OVERLOADED');
  return [...errors, 'ERR_UNAVAILABLE'];
}

/** Groups errors into responses by status, each listing its codes and their meanings. */
export function errorResponses(codes: readonly ErrorCode[]) {
  const statuses = [...new Set(codes.map((code) => ERRORS[code].status))].sort();
  return Object.fromEntries(
    statuses.map((status) => {
      const meanings = codes.filter((code) => ERRORS[code].status === status);
      return [status, errorResponse(status, [...new Set(meanings)])];
    }),
  );
}

function errorResponse(status: number, codes: readonly ErrorCode[]) {
  const retriable = codes.some((code) => ERRORS[code].retry);
  return {
    description: codes.map((code) => `\`${code}\`: ${ERRORS[code].meaning}`).join('\n\n'),
    ...(retriable ? { headers: status === 429 ? { ...RETRY_AFTER, ...RATE_LIMIT } : RETRY_AFTER } : {}),
    content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
  };
}
