import { join } from 'node:path';
import type { Closer, Env } from '@fanfare/runtime';
import type { Api } from '../api.ts';
import type { Terminal } from '../terminal.ts';
import { appLog } from './app-log.ts';
import { apps } from './apps.ts';
import { dataFolder } from './data-folder.ts';
import { DeliveryLog } from './delivery-log.ts';
import { addDemoApp } from './demo-app.ts';
import { devEnv, SIMULATOR_HOST } from './dev-env.ts';
import { type DevKeys, devKeys } from './dev-keys.ts';
import type { DevOptions } from './dev-options.ts';
import { type DevRedis, openDevRedis } from './dev-redis.ts';
import { freePorts } from './ports.ts';
import { pushEnv } from './push-env.ts';

/** One run of `fanfare dev`. */
export interface Session {
  options: DevOptions;
  env: Env;
  terminal: Terminal;
  /** The destination of the apps' logs. */
  logTerminal: Terminal;
  /** Closes everything that was opened. */
  closer: Closer;
  signal: AbortSignal;
}

/** A running system. */
export interface System {
  redis: DevRedis;
  keys: DevKeys;
  host: string;
  ports: Ports;
  /** The URL for clients on this machine. */
  apiUrl: string;
  consoleUrl: string;
  simulatorUrl: string;
  /** The URL of the simulated FCM and APNs. */
  pushUrl: string;
  /** The demo app's key. */
  apiKey: string;
  /** A client that uses that key. */
  backend: Api;
  /** Prints what the sender delivers. */
  deliveries: DeliveryLog;
}

/** The port of each app; `push` is the simulator's port for FCM and APNs. */
export type Ports = Record<'ingest' | 'console' | 'fanout' | 'sender' | 'simulator' | 'push', number>;

/** The preferred ports. Ingest's is in the options. */
export const WISHES = { console: 8090, fanout: 8081, sender: 8082, simulator: 8091, push: 8443 };

/** Starts Redis and all apps, and adds the demo app. */
export async function startSystem(session: Session): Promise<System> {
  const ground = await prepare(session);
  session.signal.throwIfAborted();
  session.terminal.progress('starting the API, the console, the workers and the simulator');
  return launch(session, ground);
}

type Ground = Pick<System, 'redis' | 'keys' | 'host' | 'ports'> & { folder: string };

/** Opens Redis first, because that locks the data folder. */
async function prepare({ options, env, terminal, closer }: Session): Promise<Ground> {
  const folder = await dataFolder(options.data);
  const redis = await openDevRedis({ closer, terminal, env, folder: join(folder, 'redis') });
  const keys = await devKeys(folder, env);
  const host = env.HOST || '127.0.0.1';
  const ports = await freePorts({
    ingest: { host, port: options.port },
    console: { host, port: WISHES.console },
    fanout: { host, port: WISHES.fanout },
    sender: { host, port: WISHES.sender },
    simulator: { host: SIMULATOR_HOST, port: WISHES.simulator },
    push: { host: SIMULATOR_HOST, port: WISHES.push },
  });
  return { folder, redis, keys, host, ports };
}

/** Starts the workers after the demo app, so that deliveries of an earlier run find the webhook at its new address. */
async function launch(session: Session, ground: Ground): Promise<System> {
  const { terminal, closer, signal } = session;
  const { folder, redis, keys, host, ports } = ground;
  const start = apps({ closer, log: appLog(session.logTerminal) });
  const base = devEnv(session.env, { folder, host, redisUrl: redis.url, keys });
  const simulator = await start.simulator(base, ports);
  const env = { ...base, ...(await pushEnv(simulator, folder, base)) };
  await start.ingest(env, ports.ingest);
  const urlOf = (port: number) => `http://${reachable(host)}:${port}`;
  const apiUrl = urlOf(ports.ingest);
  const demo = await addDemoApp({ apiUrl, adminKey: keys.FANFARE_ADMIN_KEY, simulator, signal });
  await start.console({ ...env, API_URL: apiUrl }, ports.console);
  await start.fanout(env, ports.fanout);
  const deliveries = new DeliveryLog(terminal);
  await start.sender(env, ports.sender, (attempt) => deliveries.add(attempt, new Date()));
  const urls = { apiUrl, consoleUrl: urlOf(ports.console), simulatorUrl: simulator.url, pushUrl: simulator.tlsUrl };
  return { redis, keys, host, ports, deliveries, ...urls, ...demo };
}

/** The host part of a URL that reaches a listener on `host` from this machine. */
function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}
