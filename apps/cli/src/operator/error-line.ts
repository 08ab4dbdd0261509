import type { FanfareClientError } from '@fanfare/client';
import type { Env } from '@fanfare/runtime';
import { DEFAULT_URL } from '../subcommand.ts';

/** A failed request in one line, with a hint where the address may be wrong. */
export const errorLine = (error: FanfareClientError, env: Env): string =>
  `fanfare: ${error.code}: ${error.message}${hintFor(error, env)}`;

function hintFor({ code }: FanfareClientError, { FANFARE_URL }: Env): string {
  if (code === 'ERR_ROUTE_NOT_FOUND') return ' (the URL is that of the API alone, without /docs or /v3)';
  if (code !== 'ERR_NETWORK' && code !== 'ERR_TIMEOUT') return '';
  return FANFARE_URL ? ' (FANFARE_URL)' : ` (${DEFAULT_URL}; set FANFARE_URL if it is elsewhere)`;
}
