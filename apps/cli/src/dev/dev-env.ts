import { join } from 'node:path';
import type { Env } from '@fanfare/runtime';
import type { Keys } from './dev-keys.ts';

/** The simulator's address, which webhooks may reach in development. */
export const SIMULATOR_HOST = '127.0.0.1';
export const SIMULATOR_CIDR = '127.0.0.0/8';

/** Values decided at start, the same for all apps. */
export interface Decided {
  /** The data folder. */
  folder: string;
  host: string;
  redisUrl: string;
  keys: Keys;
}

/** The environment of every app, without PORT: the user's own, plus what development needs. */
export function devEnv(env: Env, { folder, host, redisUrl, keys }: Decided): Env {
  return {
    ...env,
    HOST: host,
    // Apps share the variable, and each needs a port of its own.
    METRICS_PORT: '0',
    LOG_LEVEL: env.LOG_LEVEL || 'warn',
    REDIS_URL: redisUrl,
    FANFARE_ADMIN_KEY: keys.FANFARE_ADMIN_KEY,
    FANFARE_MASTER_KEY: keys.FANFARE_MASTER_KEY,
    CONSOLE_PASSWORD: keys.CONSOLE_PASSWORD,
    SIMULATOR_TLS_DIR: env.SIMULATOR_TLS_DIR || join(folder, 'tls'),
    WEBHOOK_ALLOW_HTTP: 'true',
    WEBHOOK_ALLOW_CIDRS: [env.WEBHOOK_ALLOW_CIDRS, SIMULATOR_CIDR].filter(Boolean).join(','),
  };
}
