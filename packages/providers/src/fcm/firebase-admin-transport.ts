import { Agent } from 'node:https';
import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { rootCertificates } from 'node:tls';
import { isNativeError } from 'node:util/types';
import type { Outcome } from '@fanfare/core';
import { type App, deleteApp, initializeApp } from 'firebase-admin/app';
import { getMessaging, type Messaging, type TokenMessage } from 'firebase-admin/messaging';
import { dial, type Resolve } from '../tcp/dial.ts';
import { networkFailure } from '../wire/network-reason.ts';
import { Recent } from '../wire/recent.ts';
import { certificatesIn } from '../wire/trust.ts';
import { WITHHELD } from '../wire/withheld.ts';
import { accountDigest } from './credential.ts';
import { type FcmReply, fcmReply } from './outcome.ts';
import type { FcmRequest, FcmSent, FcmTransport } from './transport.ts';

/** Cached SDK apps: one per service account in use. */
const MAX_APPS = 100;
/** The default of 256 discards connections after a burst, and their handshakes with them. */
const MAX_FREE_SOCKETS = 2048;

/** Total time for one request, set by the SDK. */
const SDK_TIMEOUT_MS = 15_000;

/** Where the SDK's requests go, and which certificates they trust. */
export interface FirebaseAdminOptions {
  origin: string;
  extraCa: string | undefined;
  /** All addresses of a name; default: the system's resolver. */
  lookup: Resolve | undefined;
}

/** The parts of the SDK's request handler that we reach into; private there, and pinned by the exact version we use. */
interface HttpClient {
  retry: { maxRetries: number };
  send(request: object): Promise<unknown>;
}

/** An SDK app and the access token of its next requests. */
interface Project {
  app: App;
  messaging: Messaging;
  accessToken: string;
}

/** FCM's answer, thrown through the SDK in place of the SDK's own error. */
class Refusal extends Error {
  readonly reply: FcmReply;

  constructor(reply: FcmReply) {
    super(`FCM answered ${reply.status}`);
    this.reply = reply;
  }
}

/**
 * Sends through firebase-admin's `send()`, over HTTP/1.1: for comparison and low volume. The SDK's own retries are off,
 * and its answers are read before it interprets them (it treats any 404 as a dead token). There is no public setting
 * for this: see `openClient`. Its timeout of 15 s cannot be changed, and a request it gave up may have been processed.
 */
export class FirebaseAdminTransport implements FcmTransport {
  readonly #agent: Agent;
  readonly #projects = new Recent<Project>(MAX_APPS, ({ app }) => void deleteApp(app));

  constructor({ origin, extraCa, lookup }: FirebaseAdminOptions) {
    this.#agent = agentTo(new URL(origin), extraCa, lookup);
  }

  async post({ body, account, isDryRun, mayLeave }: FcmRequest, accessToken: string): Promise<FcmSent> {
    if (mayLeave?.() === false) return { kind: 'failed', outcome: WITHHELD };
    const project = this.#projects.get(accountDigest(account), () => this.#open(account.project_id));
    project.accessToken = accessToken;
    try {
      const name = await project.messaging.send(sdkMessage(body), isDryRun);
      const reply = fcmReply({ status: 200, retryAfter: undefined, body: JSON.stringify({ name }) });
      return { kind: 'answered', reply };
    } catch (error) {
      if (error instanceof Refusal) return { kind: 'answered', reply: error.reply };
      return { kind: 'failed', outcome: lost(error) };
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#projects.values()].map(({ app }) => deleteApp(app)));
    this.#agent.destroy();
  }

  /** The SDK requests a new token when the current one is about to expire: with this, every time. */
  #open(projectId: string): Project {
    const credential = {
      getAccessToken: async () => ({ access_token: project.accessToken, expires_in: 1 }),
    };
    const app = initializeApp({ projectId, credential, httpAgent: this.#agent }, `fanfare ${nextApp++}`);
    const messaging = getMessaging(app);
    openClient(messaging);
    const project: Project = { app, messaging, accessToken: '' };
    return project;
  }
}

/** The message of a body, as the SDK takes it: with the ttl in milliseconds. The SDK modifies it in place. */
function sdkMessage(body: Buffer | string): TokenMessage {
  const { message } = JSON.parse(String(body)) as { message: TokenMessage & { android?: { ttl?: unknown } } };
  const { android } = message;
  if (android?.ttl === undefined) return message;
  return { ...message, android: { ...android, ttl: Number.parseInt(String(android.ttl), 10) * 1000 } };
}

/** App names are unique per process. */
let nextApp = 0;

/** Passes answers through unchanged, without retries. Throws when the SDK's internals are not as expected. */
function openClient(messaging: Messaging): void {
  const { messagingRequestHandler } = messaging as unknown as { messagingRequestHandler: { httpClient: HttpClient } };
  const { httpClient } = messagingRequestHandler;
  httpClient.retry.maxRetries = 0;
  const send = httpClient.send.bind(httpClient);
  httpClient.send = (request) =>
    send(request).catch((error: { response?: { status: number; headers: Record<string, string>; text: string } }) => {
      if (error.response === undefined) throw error;
      const { status, headers, text } = error.response;
      throw new Refusal(fcmReply({ status, retryAfter: headers['retry-after'], body: text }));
    });
}

/** The host is a constant in the SDK: its connections are redirected to the endpoint, while `Host` stays FCM's. */
function agentTo({ hostname, port }: URL, extraCa: string | undefined, resolve: Resolve | undefined): Agent {
  const ca = extraCa === undefined ? {} : { ca: [...rootCertificates, ...certificatesIn(extraCa)] };
  const agent = new Agent({ keepAlive: true, maxFreeSockets: MAX_FREE_SOCKETS, ...ca });
  // An IP address is not a valid server name: RFC 6066 section 3.
  const servername = isIP(hostname) === 0 ? hostname : '';
  const target = { host: hostname, port: port === '' ? 443 : Number(port), servername };
  const encrypt = agent.createConnection.bind(agent) as (options: object) => Duplex;
  agent.createConnection = (options, callback) => {
    dial(target, { resolve, signal: AbortSignal.timeout(SDK_TIMEOUT_MS) }).then(
      (socket) => callback?.(null, encrypt({ ...options, ...target, socket })),
      (error: Error) => callback?.(error, undefined as unknown as Duplex),
    );
    return undefined;
  };
  return agent;
}

/** The SDK reports a failed connection by a message that ends in its code, and a non-JSON answer by another. */
function lost(error: unknown): Outcome {
  if (!isNativeError(error)) throw error;
  if (/Raw server response/.test(error.message)) return { kind: 'retryable', reason: 'bad_response' };
  const code =
    /Error code: (\w+)/.exec(error.message)?.[1] ?? (/timeout/i.test(error.message) ? 'ETIMEDOUT' : 'ECONNRESET');
  const reason = networkFailure(Object.assign(new Error(), { code }))?.reason ?? 'network_error';
  return { kind: 'retryable', reason, detail: code };
}
