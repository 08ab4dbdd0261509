import { type DevicePush, type Outcome, PLATFORMS, type Platform, type Push, publicAppId } from '@fanfare/core';
import { answerTest, type ProviderTest, takeTest } from '@fanfare/ledger';
import type { Closer } from '@fanfare/runtime';
import { type AppBundle, enableCustomProvider, recordFailing } from '@fanfare/store';
import { addressOf, tryDecrypt, UNREADABLE } from '../address.ts';
import type { SenderConfig } from '../config.ts';
import type { SenderDeps } from '../deps.ts';
import { type Tested, wordsFor } from './words.ts';

/** How often a sender looks whether there is a test, ms. */
const EVERY_MS = 250;

/** A test push is not sent after this, ms. */
const SEND_WITHIN_MS = 10_000;

/** Made-up tokens, with which a credential is tried alone: services check the credential first. */
const MADE_UP: Record<'fcm' | 'apns', { token: string; platform: Platform }> = {
  fcm: { token: `fanfare-test:${'x'.repeat(140)}`, platform: 'fcm_android' },
  apns: { token: '0'.repeat(64), platform: 'apns_ios_device' },
};

/** Makes the tests of the providers that this process serves. */
export function startTesting(deps: SenderDeps, closer: Closer, { SENDER_PROVIDERS: providers }: SenderConfig): void {
  let isBusy = false;
  const run = async () => {
    for (const provider of providers) {
      const test = await takeTest(deps.queueRedis, provider);
      if (test) await runTest(deps, test);
    }
  };
  const timer = setInterval(() => {
    if (isBusy) return;
    isBusy = true;
    run()
      .catch((error: Error) => deps.log.warn({ reason: error.message }, 'provider.not_tested'))
      .finally(() => {
        isBusy = false;
      });
  }, EVERY_MS);
  closer.add('testing', timer, clearInterval);
}

/** Makes one attempt, past the queues and gates, and answers in words. */
async function runTest(deps: SenderDeps, test: ProviderTest): Promise<void> {
  // A newer version than any: the app as it is now.
  const app = await deps.apps.get(test.appId, Number.POSITIVE_INFINITY);
  const startedAt = performance.now();
  const outcome: Outcome = app ? await send(deps, app, test) : { kind: 'rejected', reason: 'app_deleted' };
  const durationMs = Math.round(performance.now() - startedAt);
  if (app && outcome.kind === 'accepted') await recordSuccess(deps, test);
  const { kind } = outcome;
  const words = outcome.kind === 'accepted' ? {} : { reason: outcome.reason, detail: outcome.detail };
  const answer = { outcome: kind, ...words, durationMs, message: wordsFor(outcome, testedOf(app, test)) };
  deps.log.info({ appId: publicAppId(test.appId), provider: test.provider, outcome: kind }, 'provider.tested');
  await answerTest(deps.queueRedis, test.id, answer);
}

function testedOf(app: AppBundle | undefined, { provider, providerId, device, isDryRun }: ProviderTest): Tested {
  const credential = provider === 'apns' ? tryDecrypt(() => app?.credential(provider, providerId)) : undefined;
  return { provider, hasDevice: device !== undefined, isDryRun, bundleId: credential?.bundleId };
}

async function send(deps: SenderDeps, app: AppBundle, test: ProviderTest): Promise<Outcome> {
  const { provider, providerId } = test;
  if (provider === 'custom') {
    const custom = tryDecrypt(() => app.custom);
    if (!custom) return UNREADABLE();
    return deps.providers.custom.send(testPush(deps, app, test), custom);
  }
  const { token, platform } = test.device ?? MADE_UP[provider];
  const { os } = PLATFORMS[platform];
  const address = addressOf(deps, app, provider, { lane: 'chat', providerId, os });
  if (!address) return { kind: 'rejected', reason: 'provider_disabled' };
  const push: DevicePush = {
    ...testPush(deps, app, test),
    // Not registered here: whatever the service says of the token is of now.
    device: { token, platform, registeredAt: 0 },
    collapseKey: 'message-fanfare-test',
    sound: 'default',
    isDryRun: test.isDryRun || test.device === undefined,
  };
  return address.send(push);
}

function testPush({ now }: SenderDeps, { app }: AppBundle, { id }: ProviderTest): Push {
  const details = {
    title: 'Fanfare',
    body: 'This is a test push.',
    sender: 'fanfare',
    senderName: 'Fanfare',
    receiver: 'fanfare-test',
    receiverName: 'Test',
    receiverType: 'user' as const,
    tag: 'fanfare-test',
    conversationId: 'fanfare_user_fanfare-test',
    type: 'chat' as const,
    sentAt: String(now()),
  };
  const deadlineAt = now() + SEND_WITHIN_MS;
  const { appId, region } = app;
  return { deliveryId: `test-${id}`, appId, region, uid: 'fanfare-test', details, deadlineAt, holdUntil: 0 };
}

/** What was off or failing is used again. */
async function recordSuccess({ registry }: SenderDeps, { appId, provider, providerId: id }: ProviderTest) {
  if (provider === 'custom') await enableCustomProvider(registry, appId);
  else await recordFailing(registry, appId, { kind: provider, id }, undefined);
}
