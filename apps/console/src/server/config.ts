import { redisEnv } from '@fanfare/redis';
import { type Env, intBetween, list, processEnv, readEnv, trustedProxies } from '@fanfare/runtime';
import { z } from 'zod';

const password = z.string().min(8, 'expected at least 8 characters');

/**
 * The environment variables of the console.
 *
 * @public `docs/configuration.md` is generated from it.
 */
export const ConsoleEnv = z.object({
  ...processEnv,
  PORT: intBetween(0, 65_535, 8090).describe('Port of the console.'),
  ...redisEnv,
  API_URL: z
    .url({ protocol: /^https?$/ })
    .default('http://127.0.0.1:8080')
    .describe('The API, as the console reaches it.'),
  PUBLIC_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('URL of the API in the commands that the console shows; by default API_URL.'),
  FANFARE_ADMIN_KEY: z
    .string()
    .min(32)
    .describe('The operator’s key, as the API has it; it does not reach the browser.'),
  CONSOLE_PASSWORD: password.describe('Password of the console; at least 8 characters.'),
  CONSOLE_VIEWER_PASSWORD: password.optional().describe('Read-only password of the console; at least 8 characters.'),
  CONSOLE_HOSTS: list()
    .transform((hosts) => hosts.map((host) => host.toLowerCase()))
    .describe('Host names the console answers to, e.g. push-console.example.com; IP addresses and localhost always.'),
  TRUST_PROXY: trustedProxies().describe(
    'Trust X-Forwarded-For and X-Forwarded-Proto: true, or the number of proxies in a row.',
  ),
});
export type ConsoleConfig = z.infer<typeof ConsoleEnv>;

/**
 * Reads the configuration from an environment, by default the process's own.
 * @throws ConfigError listing every problem.
 */
export const readConfig = (env?: Env): ConsoleConfig => readEnv(ConsoleEnv, env);
