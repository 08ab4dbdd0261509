import { type Env, intBetween, processEnv, readEnv } from '@fanfare/runtime';
import { z } from 'zod';

/** The environment of the simulator. */
const simulatorEnv = z.object({
  PORT: intBetween(0, 65_535, 8091).describe('Port of the webhook receivers and the control API; 0 for any free one.'),
  HOST: processEnv.HOST,
  LOG_LEVEL: processEnv.LOG_LEVEL,
  SHUTDOWN_GRACE_MS: processEnv.SHUTDOWN_GRACE_MS,
  SIMULATOR_REMEMBER_REQUESTS: intBetween(1, 1_000_000, 10_000).describe(
    'Requests each endpoint remembers in full; the oldest are forgotten. Counts stay exact.',
  ),
  SIMULATOR_REMEMBER_UIDS: intBetween(2, 10_000_000, 1_000_000).describe(
    'Recipients, and accepted deliveries, each endpoint knows again; about 400 bytes each.',
  ),
});

export interface SimulatorConfig {
  host: string;
  /** 0 for any free one. */
  port: number;
  logLevel: z.infer<typeof simulatorEnv>['LOG_LEVEL'];
  rememberRequests: number;
  rememberUids: number;
}

/**
 * The configuration in an environment; `readConfig({ PORT: '0' })` for one in a test.
 *
 * @throws ConfigError listing every problem.
 */
export function readConfig(env?: Env): SimulatorConfig {
  const read = readEnv(simulatorEnv, env);
  return {
    host: read.HOST,
    port: read.PORT,
    logLevel: read.LOG_LEVEL,
    rememberRequests: read.SIMULATOR_REMEMBER_REQUESTS,
    rememberUids: read.SIMULATOR_REMEMBER_UIDS,
  };
}
