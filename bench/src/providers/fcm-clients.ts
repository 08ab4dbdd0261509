import { Agent } from 'node:https';
import { createFcmProvider, type Http2Client } from '@fanfare/providers';
import { initializeApp } from 'firebase-admin/app';
import { getMessaging, type TokenMessage } from 'firebase-admin/messaging';
import { type OpenClient, problemOf, type Target, TIMEOUT_MS } from './client.ts';
import { aDevicePush, DETAILS, fcmToken } from './pushes.ts';

const HOLD_MS = 3_600_000;
/** As long as the simulator's tokens; it accepts any. */
const ACCESS_TOKEN = `ya29.${'x'.repeat(128)}`;
/** The default of 256 closes connections after a burst, which would put the SDK at a disadvantage. */
const MAX_FREE_SOCKETS = 2048;

const OFF = { chat: false, call: false };

/** Our provider, over its own HTTP/2 pool: renders, sends, reads the answer. */
export const openFanfareFcm =
  (http2Client: Http2Client): OpenClient =>
  ({ tlsUrl, caPem, serviceAccount }) => {
    const provider = createFcmProvider({ endpoint: tlsUrl, extraCa: caPem, timeoutMs: TIMEOUT_MS, http2Client });
    const notificationInPayload = { android: OFF, ios: OFF, web: OFF };
    const credential = { id: 'fcm-1', serviceAccount, notificationInPayload };
    return {
      async send(n) {
        const push = aDevicePush(n, { platform: 'fcm_android', token: fcmToken(n) });
        return problemOf(await provider.send(push, credential));
      },
    };
  };

/** firebase-admin's `send()`, through its public API, with the message as our provider renders it. */
export const openFirebaseAdmin: OpenClient = (target) => {
  const credential = { getAccessToken: async () => ({ access_token: ACCESS_TOKEN, expires_in: 3600 }) };
  const projectId = target.serviceAccount.project_id;
  const messaging = getMessaging(initializeApp({ projectId, credential, httpAgent: agentTo(target) }));
  return {
    async send(n) {
      try {
        await messaging.send(messageOf(n));
        return undefined;
      } catch (error) {
        return String(error);
      }
    },
  };
};

const messageOf = (n: number): TokenMessage => ({
  token: fcmToken(n),
  data: { ...DETAILS },
  android: { priority: 'high', ttl: HOLD_MS },
});

/** The SDK's host is fixed, so its connections are redirected to the simulator, whose certificate has that name. */
function agentTo({ tlsUrl, caPem }: Target): Agent {
  const { hostname, port } = new URL(tlsUrl);
  const agent = new Agent({ keepAlive: true, ca: caPem, maxFreeSockets: MAX_FREE_SOCKETS });
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (options, callback) =>
    connect({ ...options, host: hostname, port: Number(port), servername: 'fcm.googleapis.com' }, callback);
  return agent;
}
