import { type Example, STAND_INS } from '@fanfare/ingest/app';
import { Api } from './api.ts';
import type { System } from './system.ts';

/** Real values by the stand-in that the examples write for them. */
export type Bindings = Map<string, string>;

const NAMES = new Set<string>(Object.values(STAND_INS));

/** Larger than any count and any id: epoch seconds or milliseconds. */
const isTime = (value: unknown): value is number => typeof value === 'number' && value >= 1e9;

/** Fields that hold how long something took, or a number that depends on the machine. */
const DURATIONS = new Set(['totalProcessingTimeInMS', 'tookMs', 'durationMs', 'restored', 'pid']);

/** Signed for each request with its time in seconds, so another example may get another. */
const JWT = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/**
 * A real value as the examples would write it: where they have a stand-in or a time, and there is a real one, that of
 * the example. Binds stand-ins that are met for the first time.
 */
export function asWritten(real: unknown, written: unknown, bindings: Bindings): unknown {
  if (isTime(real) && isTime(written) && real < 1e11 === written < 1e11) return written;
  if (typeof real === 'string' && typeof written === 'string') {
    const isNew = NAMES.has(written) && !bindings.has(written);
    if (isNew || (written === STAND_INS.jwt && JWT.test(real))) bindings.set(written, real);
    return bindings.get(written) === real ? written : real;
  }
  if (Array.isArray(real))
    return real.map((each, i) => asWritten(each, (written as unknown[] | undefined)?.[i], bindings));
  if (typeof real !== 'object' || real === null) return real;
  const beside = (typeof written === 'object' && written !== null ? written : {}) as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(real).map(([key, value]) => {
      const isDuration = DURATIONS.has(key) && typeof value === 'number';
      return [key, isDuration ? beside[key] : asWritten(value, beside[key], bindings)];
    }),
  );
}

/** What an example says, with the real values in place of the stand-ins. */
function real<T>(written: T, bindings: Bindings): T {
  if (typeof written === 'string') return (bindings.get(written) ?? written) as T;
  if (Array.isArray(written)) return written.map((each) => real(each, bindings)) as T;
  if (typeof written !== 'object' || written === null) return written;
  return Object.fromEntries(Object.entries(written).map(([key, value]) => [key, real(value, bindings)])) as T;
}

/** What stands before the first request: where the simulators are, and the credentials they trust. */
export async function bindingsOf({ url, hooks }: System): Promise<Bindings> {
  const account = await hooks.fcm.demoServiceAccount('my-firebase-project');
  const { teamId, keyId, p8Key } = hooks.apns.demoApnsKey({ bundleIds: ['com.example.chat'] });
  const known = {
    host: new URL(url).host,
    webhook: `${hooks.url}/webhook/hook`,
    projectId: account.project_id,
    clientEmail: account.client_email,
    privateKeyId: account.private_key_id,
    privateKey: account.private_key,
    tokenUri: account.token_uri,
    teamId,
    keyId,
    p8Key,
  };
  return new Map(Object.entries(known).map(([name, value]) => [STAND_INS[name as keyof typeof known], value]));
}

/** Makes the request of an example against a real system, with the credentials it names or with others. */
export async function ask(
  { url, env }: System,
  example: Example,
  bindings: Bindings,
  credentials: Record<string, string> = credentialsOf(env, bindings)[example.as],
) {
  const { operation, params = {}, query = {}, headers = {}, body } = real(example, bindings);
  const [method = '', pattern = ''] = operation.split(' ');
  const path = pattern.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
  const search = Object.keys(query).length > 0 ? `?${new URLSearchParams(query)}` : '';
  const type = typeof body === 'string' ? { 'content-type': 'application/x-ndjson' } : {};
  return new Api(url, credentials).call(method, path + search, body, { ...headers, ...type });
}

const credentialsOf = (
  env: { FANFARE_ADMIN_KEY: string },
  bindings: Bindings,
): Record<Example['as'], Record<string, string>> => ({
  operator: { adminkey: env.FANFARE_ADMIN_KEY },
  backend: { apikey: bindings.get(STAND_INS.apiKey) ?? '' },
  bob: { authtoken: bindings.get(STAND_INS.authToken) ?? '', appid: 'app123' },
});
