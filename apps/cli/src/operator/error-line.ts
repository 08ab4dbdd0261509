import type { FanfareClientError } from '@fanfare/client';

/** A failed request in one line, with a hint where the address of the API may be wrong. */
export const errorLine = (error: FanfareClientError, url: string): string =>
  `fanfare: ${error.code}: ${error.message}${hintFor(error, url)}`;

function hintFor({ code }: FanfareClientError, url: string): string {
  if (code === 'ERR_ROUTE_NOT_FOUND') return ' (the URL is that of the API alone, without /docs or /v3)';
  if (code !== 'ERR_NETWORK' && code !== 'ERR_TIMEOUT') return '';
  const tried = URL.canParse(url) ? new URL(url).host : 'not a URL';
  return ` (${tried}; --url or FANFARE_URL if the API is elsewhere)`;
}
