import type { FanfareAppAdmin, Provider, ProviderKind, PushPlatform } from '@fanfare/client';
import { collect } from '../operator/pages.ts';

/** A device to push to, and the credential that its notifications go by. */
export interface Target {
  deviceId: string;
  platform: PushPlatform;
  token: string;
  providerId: string;
}

/**
 * The devices of a user that a push service reaches, with the credential that each has named, or else the default. With
 * an id, only those of this credential. Those in quarantine are left out.
 */
export async function devicesOf(
  app: FanfareAppAdmin,
  { kind, id, uid }: { kind: Exclude<ProviderKind, 'custom'>; id: string | undefined; uid: string },
): Promise<Target[]> {
  const [credentials, devices] = await Promise.all([app.providers(kind), collect((page) => app.devices(uid, page))]);
  return devices.flatMap(({ id: deviceId, platform, pushToken: token, providerId: named }) => {
    if (!platform.startsWith(kind)) return [];
    const providerId = credentialFor(credentials, named);
    if (providerId === undefined || (id !== undefined && providerId !== id)) return [];
    return [{ deviceId, platform, token, providerId }];
  });
}

const credentialFor = (credentials: readonly Provider[], named: string): string | undefined =>
  (credentials.find(({ providerId }) => providerId === named) ?? credentials.find(({ isDefault }) => isDefault))
    ?.providerId;
