import { newAppId, type Target } from '@fanfare/core';
import { endRing, recordChange } from '@fanfare/ledger';
import {
  changeApp,
  createApp,
  deleteApp,
  deletePushProvider,
  deleteUser,
  listDevices,
  registerDevice,
  removeDevices,
  type SecretBox,
  upsertUser,
  writeCustomProvider,
  writePushProvider,
} from '@fanfare/store';
import { until } from '@fanfare/testkit';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readPack } from '../src/pack.ts';
import { type Attempt, sendPack } from '../src/send-pack.ts';
import { aCall, aMessage, plan, takeJob } from './support/deliveries.ts';
import { startOwnSender } from './support/own-sender.ts';
import { APP, box, HOUR, otherBox, type Sender } from './support/sender.ts';

const { redis, webhook, fresh } = await startOwnSender();

let sender: Sender;
beforeEach(async () => {
  sender = await fresh();
});
afterEach(async () => sender[Symbol.asyncDispose]());

type Planned = Awaited<ReturnType<typeof plan>>;

/** Makes one attempt at bob's delivery. */
async function sendTo({ provider }: Target, { ref }: Planned, again = false, giveWay = () => {}) {
  const job = takeJob(ref, { startedBefore: again, giveWay });
  const pack = await readPack(sender, { shard: 0, lane: 'chat', provider }, job);
  if (!pack) throw new Error('the event is gone');
  const attempts: Attempt[] = [];
  await sendPack(sender, pack, (attempt) => attempts.push(attempt));
  return attempts[0]?.attempted;
}

const toWebhook = (planned: Planned, again?: boolean) => sendTo({ provider: 'custom' }, planned, again);

/** An APNs key of the app, by default encrypted with the sender's master key, and bob's iPhone. */
async function addIphone(sealedBy: SecretBox = box): Promise<Target> {
  const credential = {
    id: 'apns-1',
    keyId: 'KEY4567890',
    teamId: 'TEAM567890',
    bundleId: 'com.example.chat',
    p8Key: 'never used: nothing is sent',
    productionMode: true,
    includeContentAvailable: false,
    includeMutableContent: false,
  };
  await writePushProvider(redis, sealedBy, APP, 'apns', { credential, shown: {} });
  const iphone = { token: 'a1'.repeat(32), platform: 'apns_ios_device', providerId: 'apns-1' } as const;
  const { id } = await registerDevice(redis, APP, 'bob', iphone, 1);
  return { provider: 'apns', deviceId: id };
}

test('a ring whose call ends while it waits for its place is not sent', async () => {
  let release = () => {};
  const slow = new Promise<void>((resolve) => {
    release = resolve;
  });
  const answer = () => slow.then(() => ({ status: 200 }));
  webhook.answers.push(answer, answer);
  const busy = [await plan(redis), await plan(redis)].map((planned) => toWebhook(planned));
  await until(() => webhook.received.length === 2, 'two sends are in flight');
  const ring = await plan(redis, aCall(), { lane: 'call' });
  const pack = await readPack(sender, { shard: 0, lane: 'chat', provider: 'custom' }, takeJob(ring.ref));
  if (!pack) throw new Error('the event is gone');
  await endRing(redis, APP, 'v1.us.1', ring.accepted.event.sentAt + 1, HOUR);
  const attempts: Attempt[] = [];
  const waiting = sendPack(sender, pack, (attempt) => attempts.push(attempt));
  release();
  await Promise.all([...busy, waiting]);
  expect(attempts.map(({ attempted }) => attempted.kind)).toEqual(['superseded']);
  expect(webhook.received).toHaveLength(2);
});

describe('no provider is asked', () => {
  afterEach(() => expect(webhook.received).toEqual([]));

  test('for a deleted app, even if another was created with its public id', async () => {
    const planned = await plan(redis, aMessage());
    await deleteApp(redis, APP);
    expect(await toWebhook(planned)).toEqual({ kind: 'rejected', reason: 'app_deleted' });
    sender.clock.advance(2000);
    const appId = newAppId(APP, () => 0);
    await createApp(redis, { appId, name: 'New', region: 'us', pushEnabled: true, createdAt: sender.now() });
    expect(await toWebhook(planned)).toEqual({ kind: 'rejected', reason: 'app_deleted' });
  });

  test('for an app with push switched off', async () => {
    const planned = await plan(redis);
    await changeApp(redis, APP, { pushEnabled: false });
    expect(await toWebhook(planned)).toEqual({ kind: 'superseded' });
  });

  test.each([
    ['deactivated', () => upsertUser(redis, APP, 'bob', { deactivated: true }, 1)],
    ['erased', () => deleteUser(redis, APP, 'bob')],
  ])('for a recipient who has been %s', async (_, leave) => {
    const planned = await plan(redis);
    await leave();
    expect(await toWebhook(planned)).toEqual({ kind: 'superseded' });
  });

  test('for a late message that has since been deleted or edited', async () => {
    const planned = await plan(redis);
    const { ref, accepted } = await plan(redis, aMessage({ type: 'message.deleted' }));
    if (accepted.event.type !== 'message.deleted') throw new Error('not what was planned');
    await recordChange(redis, APP, accepted.event, ref.key, HOUR);
    expect(await toWebhook(planned, true)).toEqual({ kind: 'superseded' });
  });

  test('for a call that was cancelled, however recent', async () => {
    const planned = await plan(redis, aCall(), { lane: 'call' });
    await endRing(redis, APP, 'v1.us.1', planned.accepted.event.sentAt + 1, HOUR);
    expect(await toWebhook(planned)).toEqual({ kind: 'superseded' });
  });

  test('for a webhook that is disabled', async () => {
    const planned = await plan(redis);
    await writeCustomProvider(redis, box, APP, { isEnabled: false, webhookURL: webhook.url });
    expect(await toWebhook(planned)).toEqual({ kind: 'rejected', reason: 'provider_disabled' });
  });

  test('for a webhook whose secrets were encrypted with another master key', async () => {
    const planned = await plan(redis);
    await writeCustomProvider(redis, otherBox, APP, { isEnabled: true, webhookURL: webhook.url });
    expect(await toWebhook(planned)).toEqual({ kind: 'credential_failing', reason: 'secret_unreadable' });
  });

  test('for what waits for a lost master key: the first delivery says so, and the others are held', async () => {
    await writeCustomProvider(redis, otherBox, APP, { isEnabled: true, webhookURL: webhook.url });
    const iphone = await addIphone(otherBox);
    await toWebhook(await plan(redis));
    await sendTo(iphone, await plan(redis, aMessage(), { targets: [iphone] }));
    expect(await toWebhook(await plan(redis))).toEqual({ kind: 'held', reason: 'open' });
    const other = await plan(redis, aMessage(), { targets: [iphone] });
    expect(await sendTo(iphone, other)).toEqual({ kind: 'held', reason: 'open' });
  });

  test('for a device that has logged out', async () => {
    const iphone = await addIphone();
    const planned = await plan(redis, aMessage(), { targets: [iphone] });
    await removeDevices(redis, APP, 'bob', () => true);
    expect(await sendTo(iphone, planned)).toEqual({ kind: 'superseded' });
  });

  test('for a device whose credential has been removed', async () => {
    const iphone = await addIphone();
    const planned = await plan(redis, aMessage(), { targets: [iphone] });
    await deletePushProvider(redis, APP, 'apns', 'apns-1');
    expect(await sendTo(iphone, planned)).toMatchObject({ kind: 'rejected', reason: 'provider_disabled' });
    expect(await listDevices(redis, APP, 'bob')).toHaveLength(1);
  });

  test('for a device whose credential was encrypted with another master key', async () => {
    const iphone = await addIphone(otherBox);
    const planned = await plan(redis, aMessage(), { targets: [iphone] });
    expect(await sendTo(iphone, planned)).toEqual({
      kind: 'credential_failing',
      reason: 'secret_unreadable',
    });
  });
});

test('a delivery goes to the webhook under its own id', async () => {
  const planned = await plan(redis);
  expect(await toWebhook(planned)).toEqual({ kind: 'accepted' });
  expect(webhook.received).toEqual([`${planned.ref.key}-0`]);
});

test('a webhook changed after the event was posted is used in its current state', async () => {
  await writeCustomProvider(redis, box, APP, { isEnabled: true, webhookURL: 'http://127.0.0.1:50999/old' });
  const planned = await plan(redis);
  expect(await toWebhook(planned)).toMatchObject({ kind: 'retryable' });
  await writeCustomProvider(redis, box, APP, { isEnabled: true, webhookURL: webhook.url });
  sender.clock.advance(2000);
  expect(await toWebhook(planned)).toEqual({ kind: 'accepted' });
});

test('a job that waits for a slow answer gives way, and the next of its app does at once', async () => {
  const [slow, next] = [await plan(redis), await plan(redis)];
  let answer = (): void => undefined;
  const answered = new Promise<void>((resolve) => {
    answer = resolve;
  });
  let isAsked = false;
  webhook.answers.push(async () => {
    isAsked = true;
    await answered;
    return { status: 200 };
  });
  const gaveWay = new Set<Planned>();
  const send = (planned: Planned) => sendTo({ provider: 'custom' }, planned, false, () => gaveWay.add(planned));
  const sending = send(slow);
  await until(() => isAsked, 'the webhook is asked');
  expect(gaveWay).not.toContain(slow);
  sender.clock.advance(1000);
  await until(() => gaveWay.has(slow), 'it gives way');
  await send(next);
  expect(gaveWay).toContain(next);
  answer();
  expect(await sending).toEqual({ kind: 'accepted' });
});
