import type { Http2ServerResponse } from 'node:http2';
import type { DevicePush, FcmCredential, Provider } from '@fanfare/core';
import { createFcmProvider, type FcmProviderOptions } from '../../src/index.ts';
import { NOW } from './device-push.ts';
import { type H2Server, type Received, reply, startH2 } from './h2-server.ts';

/** An FCM with its token endpoint. */
export interface FcmServer extends H2Server {
  tokenUri: string;
  /** The requests for messages; those for tokens are in `grants`. */
  sends: Received[];
  grants: Received[];
}

type Answer = (response: Http2ServerResponse, request: Received) => void;

/** FCM's answer when it has accepted a message. */
export const taken = (response: Http2ServerResponse): void =>
  reply(response, 200, { name: 'projects/chat-prod/messages/1' }, { 'content-type': 'application/json' });

/** Issues `token-1`, `token-2`, … for an hour each. */
const granting =
  (grants: Received[]): Answer =>
  (response) =>
    reply(response, 200, { access_token: `token-${grants.length}`, expires_in: 3600, token_type: 'Bearer' });

/** An FCM that answers messages with this; by default the token endpoint issues a token. */
export async function startFcm(answer: Answer = taken, grant?: Answer): Promise<FcmServer> {
  const sends: Received[] = [];
  const grants: Received[] = [];
  const server = await startH2((response, request) => {
    if (request.path !== '/token') {
      sends.push(request);
      return answer(response, request);
    }
    grants.push(request);
    (grant ?? granting(grants))(response, request);
  });
  return Object.assign(server, { tokenUri: `${server.origin}/token`, sends, grants });
}

/** A provider for that FCM; it closes with the test. The time is NOW unless a test moves it. */
export function fcmAt(
  { origin, ca }: H2Server,
  options: FcmProviderOptions = {},
): Provider<FcmCredential, DevicePush> & AsyncDisposable {
  const provider = createFcmProvider({ endpoint: origin, extraCa: ca, now: () => NOW, random: () => 0.5, ...options });
  return { ...provider, [Symbol.asyncDispose]: () => provider.close() };
}

/** The body of an error as Google writes it; `errorCode` is that of the FcmError detail. */
export function fcmError(
  code: number,
  status: string,
  { errorCode, message = 'Some words.', details = [] }: FcmDetails = {},
) {
  const detail = { '@type': 'type.googleapis.com/google.firebase.fcm.v1.FcmError', errorCode };
  return { error: { code, message, status, details: errorCode === undefined ? details : [detail, ...details] } };
}

interface FcmDetails {
  errorCode?: string;
  message?: string;
  details?: object[];
}
