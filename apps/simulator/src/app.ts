import { createServer, type Server as HttpServer } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import { Closer, createLogger, type Logger, listen } from '@fanfare/runtime';
import { type Apns, ApnsSimulator } from './apns/apns.ts';
import type { SimulatorConfig } from './config.ts';
import { Control } from './control/control.ts';
import { type Fcm, FcmSimulator } from './fcm/fcm.ts';
import { route } from './route.ts';
import { identity } from './tls/identity.ts';
import { routeTls } from './tls/route.ts';
import { tlsServer } from './tls/server.ts';
import type { Endpoint } from './webhook/endpoint.ts';
import { Endpoints } from './webhook/endpoints.ts';

export type { Apns, ApnsCounts } from './apns/apns.ts';
export type { ApnsKey, DemoApnsKey, DemoApnsKeyOptions } from './apns/apns-keys.ts';
export { readConfig, type SimulatorConfig } from './config.ts';
export type { Fate } from './exchange/perform.ts';
export type { Fcm, FcmCounts } from './fcm/fcm.ts';
export type { FcmAccount, ServiceAccount } from './fcm/service-accounts.ts';
export type { Faults } from './push/faults.ts';
export type { PushCounts, PushQuery, PushService, RecordedPush } from './push/push-service.ts';
export type { Behaviour, Step } from './webhook/behaviour.ts';
export type { Counts, Endpoint, RecordedRequest, RequestQuery } from './webhook/endpoint.ts';
export type { EndpointConfig } from './webhook/endpoint-config.ts';

/** A running simulator. */
export interface Simulator {
  /** The base URL of the webhook receivers (`{url}/webhook/{endpoint}`) and the control API (`{url}/control`). */
  url: string;
  port: number;
  /**
   * The base URL of FCM, its token endpoint (`{tlsUrl}/token`), APNs and the webhook receivers
   * (`{tlsUrl}/webhook/{name}`), for clients that trust `caPem`.
   */
  tlsUrl: string;
  tlsPort: number;
  /** The CA that signed the certificate of `tlsUrl`, PEM. */
  caPem: string;
  fcm: Fcm;
  apns: Apns;
  /**
   * The receiver with this name, as in the control API but without HTTP.
   *
   * @throws FanfareError ERR_BAD_REQUEST when the name cannot be one (letters, digits, "_", ".", "-"; at most 64).
   */
  endpoint(name: string): Endpoint;
  /** Closes every connection, including those hanging on purpose. */
  close(): Promise<void>;
}

/** Replaceable in tests. */
export interface SimulatorOverrides {
  log?: Logger;
  /** Epoch ms. */
  now?: () => number;
  /** In [0, 1). */
  random?: () => number;
}

/** Keeps idle connections longer than senders do, so that none is closed while a request arrives. */
const KEEP_ALIVE_MS = 65_000;

/**
 * Starts the simulator in this process.
 *
 * @throws Error with the system's `code` when it cannot listen (EADDRINUSE) or cannot use its TLS folder.
 */
export async function start(config: SimulatorConfig, overrides: SimulatorOverrides = {}): Promise<Simulator> {
  const { log = createLogger({ name: 'simulator', level: config.logLevel }) } = overrides;
  const { now = Date.now, random = Math.random } = overrides;
  const { rememberRequests, rememberUids, trustAny } = config;
  let tlsUrl = '';
  const endpoints = new Endpoints({ rememberRequests, rememberUids, now, random, log });
  const push = { rememberRequests, rememberTokens: rememberUids, trustAny, now, random, log };
  const fcm = new FcmSimulator({ ...push, maxStreams: config.fcmMaxStreams, tokenUri: () => `${tlsUrl}/token` });
  const apns = new ApnsSimulator({ ...push, sandboxNames: config.sandboxNames, maxStreams: config.apnsMaxStreams });
  const certified = await identity({ names: namesOf(config), dir: config.tlsDir, now: new Date() });
  const { caPem } = certified;
  const control = new Control({ endpoints, fcm, apns, caPem });
  const plain = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
    void route(request, response, { endpoints, control, log });
  });
  const tls = tlsServer({
    identity: certified,
    // The first request shows whether a connection is for FCM or APNs; then it gets that limit.
    maxStreams: Math.min(config.fcmMaxStreams, config.apnsMaxStreams),
    keepAliveMs: KEEP_ALIVE_MS,
    handle: (exchange) => void routeTls(exchange, { fcm, apns, endpoints, log }),
  });
  const { port, tlsPort, close } = await listenOnBoth({ plain, tls }, config);
  const url = `http://${reachable(config.host)}:${port}`;
  tlsUrl = `https://${reachable(config.host)}:${tlsPort}`;
  log.info(whereabouts(url, tlsUrl), 'simulator.listening');
  return { url, port, tlsUrl, tlsPort, caPem, fcm, apns, endpoint: (name) => endpoints.get(name), close };
}

/** Listens on both ports, or on none if one fails. */
async function listenOnBoth({ plain, tls }: { plain: HttpServer; tls: HttpsServer }, config: SimulatorConfig) {
  const closer = new Closer();
  const open = async (server: HttpServer | HttpsServer, port: number) =>
    closer.add(`port ${port}`, await listen(server, { host: config.host, port }), (listening) => listening.close());
  try {
    const { port } = await open(plain, config.port);
    const { port: tlsPort } = await open(tls, config.tlsPort);
    return { port, tlsPort, close: () => closer.close() };
  } catch (error) {
    await closer.close();
    throw error;
  }
}

/** The addresses, for the log. */
const whereabouts = (url: string, tlsUrl: string) => ({
  url,
  control: `${url}/control`,
  webhook: `${url}/webhook`,
  fcm: tlsUrl,
  oauth: `${tlsUrl}/token`,
  apns: tlsUrl,
});

/** The names the certificate must cover. */
const namesOf = ({ host, tlsNames }: SimulatorConfig): string[] => [
  ...new Set(['localhost', '127.0.0.1', '::1', ...(EVERYWHERE.has(host) ? [] : [host]), ...tlsNames]),
];

/** Hosts that mean all interfaces, with an address to call them by. */
const EVERYWHERE = new Map([
  ['0.0.0.0', '127.0.0.1'],
  ['::', '[::1]'],
]);

/** The host part of a URL for a server listening on `host`. */
const reachable = (host: string): string => EVERYWHERE.get(host) ?? (host.includes(':') ? `[${host}]` : host);
