import { PLATFORMS } from '@fanfare/core';

/** A target in a sentence: `Android`, `the webhook`; of a device that was removed, its provider. */
export function targetWord({ provider, platform }: { provider: string; platform?: string | undefined }): string {
  if (provider === 'custom') return 'the webhook';
  if (platform === undefined || !(platform in PLATFORMS)) return platform?.replaceAll('_', ' ') ?? provider;
  const { os, kind } = PLATFORMS[platform as keyof typeof PLATFORMS];
  if (os === 'android') return 'Android';
  if (os === 'web') return 'the browser';
  return { fcm: 'iOS through FCM', device: 'iPhone', voip: 'iPhone, VoIP' }[kind];
}
