import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { once } from 'node:events';
import { type ClientHttp2Session, connect, constants, type OutgoingHttpHeaders } from 'node:http2';
import { afterEach } from '@jest/globals';
import type { Simulator, SimulatorOverrides } from '../src/app.ts';
import { aSimulator } from './setup.ts';

/** Created once, because RSA keys are slow to generate. */
const google = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const apple = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
export const pemOf = (key: KeyObject) => key.export({ type: 'spki', format: 'pem' }) as string;
export const rsaPem = pemOf(google.publicKey);
export const ecPem = pemOf(apple.publicKey);

const PROJECT = 'demo';
const EMAIL = 'push@demo.iam.gserviceaccount.com';
export const TEAM = 'TEAM000001';
export const KEY = 'KEY0000001';
export const BUNDLE = 'com.example.chat';
/** The time at which the simulator's clock stands still. */
export const NOW = 1_741_847_460_000;
const nowS = NOW / 1_000;

const open: ClientHttp2Session[] = [];
afterEach(() => {
  for (const session of open.splice(0)) session.destroy();
});

/** A connection over HTTP/2, closed after the test. */
export function connected(simulator: Simulator): ClientHttp2Session {
  const session = connect(`https://localhost:${simulator.tlsPort}`, { ca: simulator.caPem });
  session.on('error', () => {});
  open.push(session);
  return session;
}

export interface Answer {
  /** Undefined if the stream ended without an answer. */
  status: number | undefined;
  headers: Record<string, string>;
  text: string;
  /** The code of the stream's reset; 0: none. */
  code: number;
}

/** Sends one request; resolves once the stream has ended in any way. */
export async function exchange(
  session: ClientHttp2Session,
  headers: OutgoingHttpHeaders,
  body?: string | Buffer,
): Promise<Answer> {
  const stream = session.request({ ':method': 'POST', ...headers });
  const answer: Answer = { status: undefined, headers: {}, text: '', code: 0 };
  stream.on('response', (got) => {
    answer.status = got[':status'];
    answer.headers = got as Record<string, string>;
  });
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    answer.text += chunk;
  });
  stream.on('error', () => {});
  stream.end(body);
  await once(stream, 'close').catch(() => {});
  answer.code = stream.rstCode ?? constants.NGHTTP2_NO_ERROR;
  return answer;
}

const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A JWT; RS256 with an RSA key, else ES256. */
function jwt(header: object, claims: object, key: KeyObject): string {
  const signed = `${encoded(header)}.${encoded(claims)}`;
  const ieee = { key, dsaEncoding: 'ieee-p1363' as const };
  return `${signed}.${sign('sha256', Buffer.from(signed), ieee).toString('base64url')}`;
}

/** An assertion for an access token, signed like Google's libraries do; `claims` replaces some. */
export const assertion = (simulator: Simulator, claims: object = {}, { key = google.privateKey, alg = 'RS256' } = {}) =>
  jwt(
    { alg, typ: 'JWT' },
    {
      iss: EMAIL,
      aud: `https://localhost:${simulator.tlsPort}/token`,
      scope: 'https://www.googleapis.com/auth/firebase.messaging',
      iat: nowS,
      exp: nowS + 3_600,
      ...claims,
    },
    key,
  );

/** Requests an access token. */
export const askToken = (session: ClientHttp2Session, form: Record<string, string>) =>
  exchange(
    session,
    { ':path': '/token', 'content-type': 'application/x-www-form-urlencoded' },
    new URLSearchParams(form).toString(),
  );

export const GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

/** A simulator whose clock stands still, that trusts the service account of project `demo`, and a sender to it. */
export async function anFcm(env: Record<string, string> = {}, overrides: SimulatorOverrides = {}) {
  const simulator = await aSimulator(env, { now: () => NOW, ...overrides });
  simulator.fcm.trust({ projectId: PROJECT, clientEmail: EMAIL, publicKeyPem: rsaPem });
  const session = connected(simulator);
  const granted = await askToken(session, { grant_type: GRANT, assertion: assertion(simulator) });
  const { access_token } = JSON.parse(granted.text) as { access_token: string };
  const head = { ':path': `/v1/projects/${PROJECT}/messages:send`, authorization: `Bearer ${access_token}` };
  const post = (body: string, headers: OutgoingHttpHeaders = {}) => exchange(session, { ...head, ...headers }, body);
  const send = (message: unknown, rest: object = {}) => post(JSON.stringify({ message, ...rest }));
  return { simulator, session, head, post, send, to: (token: string) => send({ token, data: { tag: '1' } }) };
}

/** A provider token; `claims` and `header` replace some. */
export const providerToken = (claims: object = {}, header: object = {}, key = apple.privateKey) =>
  jwt({ alg: 'ES256', kid: KEY, ...header }, { iss: TEAM, iat: nowS, ...claims }, key);

/** A simulator whose clock stands still, that trusts a key of one team, and a provider that pushes to it. */
export async function anApns(env: Record<string, string> = {}, overrides: SimulatorOverrides = {}) {
  const simulator = await aSimulator(env, { now: () => NOW, ...overrides });
  simulator.apns.trust({ teamId: TEAM, keyId: KEY, publicKeyPem: ecPem, bundleIds: [BUNDLE] });
  const session = connected(simulator);
  const authorization = `bearer ${providerToken()}`;
  const head = (token: string) => ({
    ':path': `/3/device/${token}`,
    'apns-topic': BUNDLE,
    'apns-push-type': 'alert',
    authorization,
  });
  const to = (token: string, headers: OutgoingHttpHeaders = {}, body = '{"aps":{"alert":"hi"}}') =>
    exchange(session, { ...head(token), ...headers }, body);
  return { simulator, session, head, to };
}
