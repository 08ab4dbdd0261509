import { randomUUID } from 'node:crypto';
import { createApnsProvider, type Http2Client } from '@fanfare/providers';
import apn from 'apn';
import { type Client, type OpenClient, problemOf, type Target, TIMEOUT_MS } from './client.ts';
import { aDevicePush, apnsToken, DETAILS, expiry, SOUND } from './pushes.ts';

/** Connections of node-apn's round robin: the maximum of our pool. */
const CLIENT_COUNT = 4;

/** Our provider, over its own HTTP/2 pool: renders, sends, reads the answer. */
export const openFanfareApns =
  (http2Client: Http2Client): OpenClient =>
  ({ tlsUrl, caPem, apnsKey }) => {
    const provider = createApnsProvider({ endpoint: tlsUrl, extraCa: caPem, timeoutMs: TIMEOUT_MS, http2Client });
    const content = { includeContentAvailable: false, includeMutableContent: false };
    const credential = { id: 'apns-1', ...apnsKey, productionMode: true, ...content };
    return {
      async send(n) {
        const push = aDevicePush(n, { platform: 'apns_ios_device', token: apnsToken(n) });
        return problemOf(await provider.send(push, credential));
      },
    };
  };

/** node-apn with its one connection. */
export const openNodeApn: OpenClient = (target) => nodeApn(new apn.Provider(optionsOf(target)), target);

/** node-apn with several connections. */
export const openNodeApnMulti: OpenClient = (target) =>
  nodeApn(new apn.MultiProvider({ ...optionsOf(target), clientCount: CLIENT_COUNT }), target);

function nodeApn(provider: Pick<apn.Provider, 'send'>, { apnsKey }: Target): Client {
  return {
    async send(n) {
      const { failed } = await provider.send(notificationOf(apnsKey.bundleId), apnsToken(n));
      return failed.length === 0 ? undefined : JSON.stringify(failed[0], ['status', 'response', 'reason', 'error']);
    },
  };
}

/** No retries, so that losses show. */
function optionsOf({ tlsUrl, caPem, apnsKey: { p8Key: key, keyId, teamId } }: Target): apn.ProviderOptions {
  const { hostname, port } = new URL(tlsUrl);
  const where = { address: hostname, port: Number(port), ca: [caPem] };
  return { ...where, token: { key, keyId, teamId }, connectionRetryLimit: 0, requestTimeout: TIMEOUT_MS };
}

/** What our provider renders. */
function notificationOf(topic: string): apn.Notification {
  const notification = new apn.Notification({ payload: { ...DETAILS } });
  notification.alert = { title: DETAILS.title, body: DETAILS.body };
  notification.sound = SOUND;
  notification.id = randomUUID();
  notification.topic = topic;
  notification.pushType = 'alert';
  notification.priority = 10;
  notification.expiry = Math.floor(expiry() / 1000);
  notification.collapseId = DETAILS.tag;
  return notification;
}
