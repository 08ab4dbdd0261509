import { redisEnv } from '@fanfare/redis';
import { type Env, intBetween, processEnv, readEnv, trustedProxies } from '@fanfare/runtime';
import { z } from 'zod';

const password = z.string().min(8, 'expected at least 8 characters');

/**
 * What the console takes from the environment.
 *
 * @public `docs/configuration.md` is written from it.
 */
export const ConsoleEnv = z.object({
  ...processEnv,
  PORT: intBetween(0, 65_535, 8090).describe('Port of the console.'),
  ...redisEnv,
  CONSOLE_PASSWORD: password.describe('Opens the console; at least 8 characters.'),
  CONSOLE_VIEWER_PASSWORD: password.optional().describe('Opens the console for looking only; at least 8 characters.'),
  TRUST_PROXY: trustedProxies().describe(
    'Take the client’s address and scheme from X-Forwarded-For and -Proto: true, or how many proxies are in a row.',
  ),
});
export type ConsoleConfig = z.infer<typeof ConsoleEnv>;

/**
 * The configuration in an environment, the process's own by default.
 * @throws ConfigError listing every problem.
 */
export const readConfig = (env?: Env): ConsoleConfig => readEnv(ConsoleEnv, env);
