import { publicAppId } from '@fanfare/core';
import { connectRedis, redisEnv } from '@fanfare/redis';
import { ConfigError, type Env, masterKeyEnv, readEnv } from '@fanfare/runtime';
import { createMembershipBox, createSecretBox, deriveMembershipKey, resealSecrets } from '@fanfare/store';
import { z } from 'zod';
import type { Output } from '../output.ts';

const DeriveEnv = z.object({ FANFARE_MASTER_KEY: masterKeyEnv.FANFARE_MASTER_KEY });
/** How long to wait for Redis, ms. */
const CONNECT_MS = 3000;

const ResealEnv = z.object({ ...masterKeyEnv, REDIS_URL: redisEnv.REDIS_URL });

/** The options of `fanfare keys derive` and `reseal`. */
export interface KeysOptions {
  json: boolean;
}

/** Runs `fanfare keys derive` or `reseal`; returns the exit code. The derived key is the only key it prints. */
export async function keys(
  action: 'derive' | 'reseal',
  options: KeysOptions,
  env: Env,
  output: Output,
): Promise<number> {
  try {
    return action === 'derive' ? derive(options, env, output) : await reseal(options, env, output);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    output.error(error.message);
    return 2;
  }
}

function derive({ json }: KeysOptions, env: Env, { out }: Output): number {
  const membershipKey = deriveMembershipKey(readEnv(DeriveEnv, env).FANFARE_MASTER_KEY);
  out(json ? JSON.stringify({ membershipKey }) : membershipKey);
  return 0;
}

/** A secret that was not on the current key. */
interface FoundSecret {
  appId: string;
  secret: string;
  outcome: 'resealed' | 'unreadable';
}

async function reseal({ json }: KeysOptions, env: Env, output: Output): Promise<number> {
  const { FANFARE_MASTER_KEY: key, FANFARE_MASTER_KEY_PREVIOUS: previous, REDIS_URL } = readEnv(ResealEnv, env);
  const older = previous ? [previous] : [];
  const boxes = { providers: createSecretBox(key, older), membership: createMembershipBox(key, older) };
  let trouble = 'no answer';
  const onError = (error: Error) => {
    trouble = error.message;
  };
  const redis = await connectRedis(REDIS_URL, 'request', onError, CONNECT_MS);
  if (redis.status !== 'ready') {
    redis.disconnect();
    output.error(`Redis cannot be reached (REDIS_URL): ${trouble}`);
    return 2;
  }
  const counts = { resealed: 0, current: 0, unreadable: 0 };
  const secrets: FoundSecret[] = [];
  try {
    for await (const { appId, what, outcome } of resealSecrets(redis, boxes)) {
      counts[outcome]++;
      if (outcome === 'current') continue;
      const found = { appId: publicAppId(appId), secret: what, outcome };
      if (json) secrets.push(found);
      else printSecret(found, output);
    }
  } finally {
    redis.disconnect();
  }
  if (json) output.out(JSON.stringify({ ...counts, secrets }));
  else printCounts(counts, output);
  return counts.unreadable === 0 ? 0 : 1;
}

function printSecret({ appId, secret, outcome }: FoundSecret, { out, error }: Output): void {
  if (outcome === 'resealed') out(`${appId}: ${secret} was on another key, now on the current one`);
  else error(`${appId}: ${secret} is on a key that is not configured`);
}

function printCounts(counts: Record<'resealed' | 'current' | 'unreadable', number>, { out }: Output): void {
  out(`${counts.resealed} resealed, ${counts.current} already on the current key, ${counts.unreadable} unreadable`);
  if (counts.unreadable === 0) out('FANFARE_MASTER_KEY_PREVIOUS is no longer needed.');
}
