import { publicAppId } from '@fanfare/core';
import { connectRedis, redisEnv } from '@fanfare/redis';
import { ConfigError, type Env, masterKeyEnv, readEnv } from '@fanfare/runtime';
import { createMembershipBox, createSecretBox, deriveMembershipKey, resealSecrets } from '@fanfare/store';
import { z } from 'zod';
import type { Output } from '../output.ts';

const DeriveEnv = z.object({ FANFARE_MASTER_KEY: masterKeyEnv.FANFARE_MASTER_KEY });
const ResealEnv = z.object({ ...masterKeyEnv, REDIS_URL: redisEnv.REDIS_URL });

/** Runs `fanfare keys`; the exit code. Prints no key but the derived one. */
export async function keys(action: 'derive' | 'reseal', env: Env, output: Output): Promise<number> {
  try {
    return action === 'derive' ? derive(env, output) : await reseal(env, output);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    output.error(error.message);
    return 2;
  }
}

function derive(env: Env, { out }: Output): number {
  out(deriveMembershipKey(readEnv(DeriveEnv, env).FANFARE_MASTER_KEY));
  return 0;
}

async function reseal(env: Env, output: Output): Promise<number> {
  const { FANFARE_MASTER_KEY: key, FANFARE_MASTER_KEY_PREVIOUS: previous, REDIS_URL } = readEnv(ResealEnv, env);
  const older = previous ? [previous] : [];
  const boxes = { providers: createSecretBox(key, older), membership: createMembershipBox(key, older) };
  const redis = await connectRedis(REDIS_URL, 'request', (error) => output.error(`redis: ${error.message}`));
  const counts = { resealed: 0, current: 0, unreadable: 0 };
  try {
    for await (const { appId, what, outcome } of resealSecrets(redis, boxes)) {
      counts[outcome]++;
      if (outcome === 'resealed')
        output.out(`${publicAppId(appId)}: ${what} was on another key, now on the current one`);
      if (outcome === 'unreadable') output.error(`${publicAppId(appId)}: ${what} is on a key that is not configured`);
    }
  } finally {
    redis.disconnect();
  }
  output.out(
    `${counts.resealed} resealed, ${counts.current} on the current key before, ${counts.unreadable} unreadable`,
  );
  if (counts.unreadable === 0) output.out('FANFARE_MASTER_KEY_PREVIOUS is no longer needed.');
  return counts.unreadable === 0 ? 0 : 1;
}
