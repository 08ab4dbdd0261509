import type { Redis } from 'ioredis';
import { forgetToken, holdToken } from './token-index.ts';
import { heldTokens, takeToken } from './user-devices.ts';

/**
 * Makes the token index agree with the devices of a user for tokens that have lost their device: it forgets them. It
 * names the user again for a token that was registered again meanwhile, or the user loses it if another has claimed it.
 * Repeated until nothing has changed, so that of concurrent changes the last one wins.
 */
export async function syncTokens(redis: Redis, appId: string, uid: string, tokens: readonly string[]): Promise<void> {
  if (tokens.length === 0) return;
  let held = tokens.map(() => false);
  for (;;) {
    await Promise.all(tokens.map((token, i) => agree(redis, { appId, uid, token }, held[i] === true)));
    const now = await heldTokens(redis, appId, uid, tokens);
    if (now.every((one, i) => one === held[i])) return;
    held = now;
  }
}

async function agree(redis: Redis, holding: { appId: string; uid: string; token: string }, isHeld: boolean) {
  if (!isHeld) return forgetToken(redis, holding);
  if (!(await holdToken(redis, holding))) await takeToken(redis, holding);
}
