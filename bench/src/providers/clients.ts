import { openFanfareApns, openNodeApn, openNodeApnMulti } from './apns-clients.ts';
import type { OpenClient, Service } from './client.ts';
import { openFanfareFcm, openFirebaseAdmin } from './fcm-clients.ts';
import { openFanfareWebhook, openUndici } from './webhook-clients.ts';

interface ClientEntry {
  service: Service;
  label: string;
  open: OpenClient;
}

/** All measured clients, in the order of the table: for each service ours first, then the others. */
export const CLIENTS = {
  'fcm-fanfare': { service: 'fcm', label: 'Fanfare', open: openFanfareFcm('lean') },
  'fcm-fanfare-node': { service: 'fcm', label: 'Fanfare, HTTP2_CLIENT=node', open: openFanfareFcm('node') },
  'fcm-firebase-admin': { service: 'fcm', label: 'firebase-admin send()', open: openFirebaseAdmin },
  'apns-fanfare': { service: 'apns', label: 'Fanfare', open: openFanfareApns('lean') },
  'apns-fanfare-node': { service: 'apns', label: 'Fanfare, HTTP2_CLIENT=node', open: openFanfareApns('node') },
  'apns-node-apn': { service: 'apns', label: '@parse/node-apn', open: openNodeApn },
  'apns-node-apn-multi': { service: 'apns', label: '@parse/node-apn × 4', open: openNodeApnMulti },
  'webhook-fanfare': { service: 'webhook', label: 'Fanfare', open: openFanfareWebhook },
  'webhook-undici': { service: 'webhook', label: 'bare undici request', open: openUndici },
} as const satisfies Record<string, ClientEntry>;

export type ClientName = keyof typeof CLIENTS;
export const CLIENT_NAMES = Object.keys(CLIENTS) as ClientName[];

/** The client that the others of its service are compared with. */
export const OURS: Record<Service, ClientName> = {
  fcm: 'fcm-fanfare',
  apns: 'apns-fanfare',
  webhook: 'webhook-fanfare',
};
