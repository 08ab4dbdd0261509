import type { Env } from '@fanfare/runtime';
import { type Finding, ok, problem, skipped } from './finding.ts';

/** A clock that is further off makes push services refuse keys, and deadlines wrong. */
const CLOCK_MS = 2000;

/** How long a public address may take, ms. */
const ADDRESS_MS = 5000;

/** Compares this machine's clock with Redis's, which deadlines go by. `tookMs` is how long it took to ask. */
export function checkClock(here: number, there: number, tookMs: number): Finding {
  const offMs = Math.max(0, Math.abs(here - there) - tookMs);
  if (offMs <= CLOCK_MS) return ok('The clock of this machine agrees with that of Redis.');
  const off = `${(offMs / 1000).toFixed(0)} s ${here > there ? 'ahead of' : 'behind'}`;
  return problem(`The clock of this machine is ${off} that of Redis.`, 'Let NTP set both: timedatectl set-ntp true');
}

/** Whether clients reach the API where PUBLIC_URL says, and pages of CORS_ORIGINS may call it. */
export async function checkAddresses({ PUBLIC_URL, CORS_ORIGINS }: Env, apiUrl: string): Promise<Finding[]> {
  const url = (PUBLIC_URL || apiUrl).replace(/\/+$/, '');
  const reached = PUBLIC_URL ? await checkPublicUrl(url) : skipped('PUBLIC_URL is not set here: not checked.');
  if (!CORS_ORIGINS) return [reached, skipped('CORS_ORIGINS is not set here: not checked.')];
  const origins = CORS_ORIGINS.split(',').map((origin) => origin.trim());
  return [reached, ...(await Promise.all(origins.map((origin) => checkOrigin(url, origin))))];
}

async function checkPublicUrl(url: string): Promise<Finding> {
  const remedy = 'PUBLIC_URL must be where clients reach the API: check the name, the proxy and its certificate.';
  try {
    const response = await fetch(`${url}/livez`, { signal: AbortSignal.timeout(ADDRESS_MS) });
    const isOurs = response.ok && (await response.text()).includes('live');
    return isOurs ? ok(`The API answers at ${url}.`) : problem(`${url} is answered by something else.`, remedy);
  } catch (error) {
    return problem(`${url} cannot be reached: ${reasonOf(error)}.`, remedy);
  }
}

async function checkOrigin(url: string, origin: string): Promise<Finding> {
  const remedy = 'CORS_ORIGINS must be the same for every ingest, and proxies must pass the headers of CORS on.';
  const from = origin === '*' ? 'https://example.com' : origin;
  const headers = {
    origin: from,
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'authtoken',
  };
  try {
    const preflight = `${url}/v3/notifications/push/v1/tokens`;
    const response = await fetch(preflight, { method: 'OPTIONS', headers, signal: AbortSignal.timeout(ADDRESS_MS) });
    const allowed = response.headers.get('access-control-allow-origin');
    if (allowed === from || allowed === '*') return ok(`Pages of ${from} may call the API.`);
    return problem(`Pages of ${from} may not call the API.`, remedy);
  } catch (error) {
    return problem(`Whether pages of ${from} may call the API is unknown: ${reasonOf(error)}.`, remedy);
  }
}

const reasonOf = (error: unknown): string => {
  const { message, cause } = error as Error & { cause?: { code?: string } };
  return cause?.code ?? message;
};
