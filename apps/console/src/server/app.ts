import { openQueues } from '@fanfare/queue';
import { bodyGraceMs, Closer, drainable, type Logger } from '@fanfare/runtime';
import { listen, openService } from '@fanfare/service';
import { loadAssets } from './assets.ts';
import { loadClient } from './client-files.ts';
import { type ConsoleConfig, ConsoleEnv } from './config.ts';
import type { ConsoleDeps } from './deps.ts';
import { AttemptLimit } from './login/attempt-limit.ts';
import type { Passwords } from './login/passwords.ts';
import { Sessions } from './login/sessions.ts';
import { readiness } from './routes/health.ts';
import { createServer } from './server.ts';

export { OPERATIONS, permissionOf } from './api/allowed.ts';
export { type ConsoleConfig, readConfig } from './config.ts';

/** What a caller in the same process may override. */
export interface ConsoleOverrides {
  log?: Logger;
  /** This machine's clock, epoch ms; `Date.now` by default. */
  localClock?: () => number;
}

/** A running console. */
export interface Console {
  /** Where it listens, e.g. `http://127.0.0.1:8090`. */
  url: string;
  port: number;
  /** The port of `/metrics`. */
  metricsPort: number;
  /** Makes `/readyz` fail; pages are still served. */
  drain(): void;
  close(): Promise<void>;
}

/** Starts the console. Starts even without Redis, and says so on every page until Redis is reachable. */
export async function start(config: ConsoleConfig, overrides: ConsoleOverrides = {}): Promise<Console> {
  const closer = new Closer();
  return closer.closeOnFailure(() => open(config, overrides, closer));
}

async function open(config: ConsoleConfig, overrides: ConsoleOverrides, closer: Closer): Promise<Console> {
  const service = await openService(config, { role: 'console', redis: 'request', ...overrides }, closer);
  const { registry, queueRedis, shards, now } = service;
  const passwords = passwordsOf(config);
  const deps: ConsoleDeps = {
    ...service,
    config,
    queues: closer.add('queues', openQueues(queueRedis, shards.all), (queues) => queues.close()),
    passwords,
    sessions: new Sessions(registry, passwords, now),
    attempts: new AttemptLimit(registry),
    assets: await loadAssets(),
    client: await loadClient(),
  };
  const { ready, drain } = drainable(() => readiness(deps));
  const { server, close } = await createServer(deps, ready);
  closer.add('server', server, () => close(() => server.close(), bodyGraceMs(config)));
  const ports = await listen(service, { config, schema: ConsoleEnv, role: 'console', server }, closer);
  return { url: `http://${config.HOST}:${ports.port}`, ...ports, drain, close: () => closer.close() };
}

const passwordsOf = ({ CONSOLE_PASSWORD: admin, CONSOLE_VIEWER_PASSWORD: viewer }: ConsoleConfig): Passwords =>
  viewer === undefined ? { admin } : { admin, viewer };
