import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { FanfareError, PLATFORMS, type Platform, type ProviderKind, providerKindOf } from '@fanfare/core';
import { askForTest, type ProviderTest, type ProviderTestAnswer, readTestAnswer } from '@fanfare/ledger';
import { z } from 'zod';
import type { IngestDeps } from '../../deps.ts';
import { badField } from '../../http/fields.ts';

/** How long, and how often, the answer of a sender is waited for, ms: longer than a send may take. */
const WAIT_MS = 15_000;
const LOOK_EVERY_MS = 50;

const platforms = Object.keys(PLATFORMS) as [Platform, ...Platform[]];

/** The device of a test push. */
export const TestDevice = z
  .object({
    platform: z.enum(platforms, { error: `must be one of: ${platforms.join(', ')}` }).optional(),
    token: z.string().min(1).max(4096).optional(),
  })
  .nullish()
  .describe('Where to send a test push. Without it, only the credential is tried.');

/** @throws FanfareError if only one of them is given. */
export function deviceIn({ platform, token }: NonNullable<z.infer<typeof TestDevice>>): ProviderTest['device'] {
  if (platform === undefined && token === undefined) return undefined;
  if (platform === undefined) throw badField('platform', 'is required with token');
  if (token === undefined) throw badField('token', 'is required with platform');
  return { platform, token };
}

/** The answer of a test. */
export const Tested = z.object({
  data: z.object({
    outcome: z.string().describe('accepted, token_dead, throttled, retryable, credential_failing or rejected.'),
    reason: z.string().optional(),
    detail: z.string().optional().describe('The words of the provider.'),
    message: z.string().describe('What it means, and what to do.'),
  }),
});

/**
 * Has a sender send a test push with a credential, or to the webhook, and waits for the answer.
 * @throws FanfareError `ERR_NO_SENDER` if none answers in 15 seconds.
 */
export async function testProvider(
  { queueRedis }: IngestDeps,
  test: Omit<ProviderTest, 'id'>,
): Promise<{ data: ProviderTestAnswer }> {
  checkPlatform(test.provider, test.device?.platform);
  const id = randomUUID();
  await askForTest(queueRedis, { ...test, id });
  for (let waited = 0; waited < WAIT_MS; waited += LOOK_EVERY_MS) {
    await setTimeout(LOOK_EVERY_MS);
    const data = await readTestAnswer(queueRedis, id);
    if (data) return { data };
  }
  throw new FanfareError('ERR_NO_SENDER', `no sender for ${test.provider} has answered within 15 seconds`);
}

function checkPlatform(provider: ProviderKind, platform: Platform | undefined): void {
  if (platform !== undefined && providerKindOf(platform) !== provider) {
    throw badField('platform', `"${platform}" is for ${providerKindOf(platform)}, not for ${provider}`);
  }
}
