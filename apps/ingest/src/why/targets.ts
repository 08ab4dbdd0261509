import { type Platform, PROVIDER_KINDS, type ProviderKind, type Target } from '@fanfare/core';
import { type IndexedDevice, listPushProviders } from '@fanfare/store';
import type { Redis } from 'ioredis';
import { z } from 'zod';

/** One way to reach a user, as shown in responses. */
export interface TargetView {
  provider: ProviderKind;
  platform?: Platform;
  deviceId?: string;
  /** The credential that would be used; `custom` for the webhook. */
  providerId: string;
}

/** The fields of a target shown in every response. */
export const targetFields = {
  provider: z.enum(PROVIDER_KINDS),
  platform: z
    .string()
    .optional()
    .describe('Platform of the device as currently registered; absent for webhooks and removed devices.'),
  deviceId: z.string().optional(),
};

/** Targets with the platforms and credentials of their devices, with `default` resolved. */
export async function viewTargets(
  registry: Redis,
  appId: string,
  targets: readonly Target[],
  devices: readonly IndexedDevice[],
): Promise<TargetView[]> {
  const [fcm, apns] = await Promise.all([defaultOf(registry, appId, 'fcm'), defaultOf(registry, appId, 'apns')]);
  return targets.flatMap((target): TargetView[] => {
    if (target.provider === 'custom') return [{ provider: 'custom', providerId: 'custom' }];
    const device = devices.find(({ id }) => id === target.deviceId);
    if (!device) return [];
    const standard = target.provider === 'fcm' ? fcm : apns;
    const providerId = device.providerId === 'default' ? (standard ?? 'default') : device.providerId;
    return [{ provider: target.provider, platform: device.platform, deviceId: device.id, providerId }];
  });
}

async function defaultOf(registry: Redis, appId: string, kind: 'fcm' | 'apns'): Promise<string | undefined> {
  return (await listPushProviders(registry, appId, kind)).find(({ isDefault }) => isDefault)?.providerId;
}
