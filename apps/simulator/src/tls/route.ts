import type { Logger } from '@fanfare/runtime';
import type { ApnsSimulator } from '../apns/apns.ts';
import type { Exchange, Reply } from '../exchange/exchange.ts';
import type { FcmSimulator } from '../fcm/fcm.ts';
import type { Endpoints } from '../webhook/endpoints.ts';

/** The handlers of the TLS port. */
export interface TlsRouteDeps {
  fcm: Pick<FcmSimulator, 'handle' | 'oauth'>;
  apns: Pick<ApnsSimulator, 'handle'>;
  endpoints: Pick<Endpoints, 'get'>;
  log: Logger;
}

const json = (status: number, message: string): Reply => ({
  status,
  headers: { 'content-type': 'application/json' },
  text: JSON.stringify({ error: { message } }),
});

const NO_ROUTE = json(
  404,
  [
    'This port serves POST /v1/projects/{project}/messages:send, POST /token,',
    'POST /3/device/{token} and POST /webhook/{endpoint}.',
  ].join(' '),
);
const NO_HTTP1 = json(505, 'APNs speaks HTTP/2 only.');
const BUG = json(500, 'A bug of the simulator; its log says more.');

/** Answers any request to the TLS port; never rejects. */
export async function routeTls(exchange: Exchange, { fcm, apns, endpoints, log }: TlsRouteDeps): Promise<void> {
  const { path } = exchange;
  const [, webhook] = /^\/webhook\/([\w.-]{1,64})$/.exec(path) ?? [];
  try {
    if (path.startsWith('/3/')) {
      if (exchange.http2) await apns.handle(exchange);
      else exchange.send(NO_HTTP1);
    } else if (path.startsWith('/v1/')) await fcm.handle(exchange);
    else if (path === '/token' && exchange.method === 'POST') await fcm.oauth.handle(exchange);
    else if (webhook !== undefined) await endpoints.get(webhook).handle(exchange);
    else exchange.send(NO_ROUTE);
  } catch (error) {
    // A caller that disconnected gets no answer.
    if (exchange.gone) return;
    log.error({ err: error }, 'request.failed');
    exchange.send(BUG);
  }
}
