import { createServer } from 'node:http';
import { createLogger, type Logger, listen } from '@fanfare/runtime';
import type { SimulatorConfig } from './config.ts';
import { route } from './route.ts';
import type { Endpoint } from './webhook/endpoint.ts';
import { Endpoints } from './webhook/endpoints.ts';

export { readConfig, type SimulatorConfig } from './config.ts';
export type { Fate } from './webhook/answer.ts';
export type { Behaviour, Step } from './webhook/behaviour.ts';
export type { Endpoint, RecordedRequest, RequestQuery } from './webhook/endpoint.ts';
export type { EndpointConfig } from './webhook/endpoint-config.ts';
export type { Counts } from './webhook/tally.ts';

/** A running simulator. */
export interface Simulator {
  /** Where the webhook receivers (`{url}/webhook/{endpoint}`) and the control API (`{url}/control`) are. */
  url: string;
  port: number;
  /**
   * The receiver of that name: the same as the control API has, without HTTP.
   *
   * @throws FanfareError ERR_BAD_REQUEST when the name cannot be one (letters, digits, "_", ".", "-"; at most 64).
   */
  endpoint(name: string): Endpoint;
  /** Cuts every connection, those left hanging on purpose too. */
  close(): Promise<void>;
}

/** What a test may replace. */
export interface SimulatorOverrides {
  log?: Logger;
  /** Epoch ms. */
  now?: () => number;
}

/** Idle connections are kept for longer than a sender keeps them, so that none is closed under a request. */
const KEEP_ALIVE_MS = 65_000;

/**
 * Starts the simulator in this process.
 *
 * @throws Error with the system's `code` (EADDRINUSE) when it cannot listen.
 */
export async function start(config: SimulatorConfig, overrides: SimulatorOverrides = {}): Promise<Simulator> {
  const { log = createLogger({ name: 'simulator', level: config.logLevel }), now = Date.now } = overrides;
  const { rememberRequests, rememberUids } = config;
  const endpoints = new Endpoints({ rememberRequests, rememberUids, now, log });
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
    void route(request, response, { endpoints, log });
  });
  const { port, close } = await listen(server, config);
  const url = `http://${reachable(config.host)}:${port}`;
  log.info({ url }, 'simulator.listening');
  return { url, port, endpoint: (name) => endpoints.get(name), close };
}

/** The host part of a URL that leads to a server listening on `host`. */
function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}
