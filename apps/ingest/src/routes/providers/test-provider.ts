import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { FanfareError, PLATFORMS, type Platform, type ProviderKind, providerKindOf, Uid } from '@fanfare/core';
import { askForTest, type ProviderTest, type ProviderTestAnswer, readTestAnswer } from '@fanfare/ledger';
import { listDevices, listPushProviders, type PushKind } from '@fanfare/store';
import { z } from 'zod';
import type { IngestDeps } from '../../deps.ts';
import { badField } from '../../http/fields.ts';

/** How long, and how often, the answer of a sender is waited for, ms: longer than a send may take. */
const WAIT_MS = 15_000;
const LOOK_EVERY_MS = 50;

const platforms = Object.keys(PLATFORMS) as [Platform, ...Platform[]];

/** The target of a test push. */
export const TestTarget = z
  .object({
    platform: z.enum(platforms, { error: `must be one of: ${platforms.join(', ')}` }).optional(),
    token: z.string().min(1).max(4096).optional(),
    uid: Uid.optional().describe(
      'Instead of a token: the device of this user that registered last with this credential, VoIP tokens left out.',
    ),
    dryRun: z.boolean().optional().describe('Only FCM: it checks the push to the device without delivering it.'),
  })
  .nullish()
  .describe('Where to send a test push. Without a token and a user, only the credential is tried.');
type TestTarget = NonNullable<z.infer<typeof TestTarget>>;

/** A credential to test. */
type Credential = Pick<ProviderTest, 'appId' | 'providerId'> & { provider: PushKind };

/** @throws FanfareError if fields are missing or contradict each other, or the user has no such device. */
export async function targetOf(
  { registry }: IngestDeps,
  credential: Credential,
  { platform, token, uid, dryRun = false }: TestTarget,
): Promise<Pick<ProviderTest, 'device' | 'isDryRun'>> {
  const hasToken = token !== undefined || platform !== undefined;
  if (uid !== undefined && hasToken) throw badField('uid', 'not together with platform and token');
  if (dryRun && credential.provider === 'apns' && (hasToken || uid !== undefined)) {
    throw badField('dryRun', 'APNs cannot check a push without delivering it');
  }
  if (uid !== undefined) return { device: await newestDevice(registry, credential, uid), isDryRun: dryRun };
  if (!hasToken) return {};
  if (platform === undefined) throw badField('platform', 'is required with token');
  if (token === undefined) throw badField('token', 'is required with platform');
  return { device: { platform, token }, isDryRun: dryRun };
}

/** A push to a VoIP token has to ring, so it is not for a test that names no token. */
async function newestDevice(
  registry: IngestDeps['registry'],
  { appId, provider, providerId }: Credential,
  uid: string,
) {
  const [credentials, devices] = await Promise.all([
    listPushProviders(registry, appId, provider),
    listDevices(registry, appId, uid),
  ]);
  const isDefault = credentials.some((one) => one.providerId === providerId && one.isDefault);
  const [newest] = devices
    .filter(({ platform }) => providerKindOf(platform) === provider && platform !== 'apns_ios_voip')
    .filter((device) => device.providerId === providerId || (isDefault && device.providerId === 'default'))
    .sort((a, b) => b.registeredAt - a.registeredAt);
  if (!newest) throw badField('uid', `${uid} has no device that "${providerId}" pushes to`);
  return { platform: newest.platform, token: newest.token };
}

/** The answer of a test. */
export const Tested = z.object({
  data: z.object({
    outcome: z.string().describe('accepted, token_dead, throttled, retryable, credential_failing or rejected.'),
    reason: z.string().optional(),
    detail: z.string().optional().describe('The words of the provider.'),
    durationMs: z.number().optional().describe('How long the attempt took.'),
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
