import type { DeviceOs, DevicePush, Outcome, Push } from '@fanfare/core';
import type { AppBundle, PushKind } from '@fanfare/store';
import type { SenderDeps } from './deps.ts';
import type { Entrance } from './gate.ts';
import type { Subject } from './refusals.ts';

/** Where deliveries of a pack go: one credential and system, or the webhook. */
export interface Address<P extends Push> {
  /** Where they have to pass the gate. */
  entrance: Entrance;
  subject: Subject;
  /** Makes one attempt. */
  send(push: P): Promise<Outcome>;
}

/**
 * The address of a device's `providerId` and system. Undefined if there is no such credential. @throws if its secret
 * cannot be decrypted.
 */
export function addressOf(
  deps: Pick<SenderDeps, 'providers'>,
  app: AppBundle,
  kind: PushKind,
  providerId: string,
  os: DeviceOs,
): Address<DevicePush> | undefined {
  const adapter = adapterFor(deps, app, kind, providerId);
  if (!adapter) return undefined;
  const { appId, version } = app.app;
  const { credentialId, send } = adapter;
  return {
    // Also by system: FCM may reject a project's iOS pushes, for lack of an APNs key, and accept the others.
    entrance: { appId, name: `${kind}|${credentialId}|${os}|${version}` },
    subject: { appId, provider: kind, name: credentialId },
    send,
  };
}

/** A push service with the credential named by a device's `providerId`. */
interface Adapter {
  credentialId: string;
  send(push: DevicePush): Promise<Outcome>;
}

/** Undefined if there is no such credential. @throws if its secret cannot be decrypted. */
function adapterFor(
  { providers }: Pick<SenderDeps, 'providers'>,
  app: AppBundle,
  kind: PushKind,
  providerId: string,
): Adapter | undefined {
  switch (kind) {
    case 'fcm': {
      const credential = app.credential(kind, providerId);
      return credential && { credentialId: credential.id, send: (push) => providers.fcm.send(push, credential) };
    }
    case 'apns': {
      const credential = app.credential(kind, providerId);
      return credential && { credentialId: credential.id, send: (push) => providers.apns.send(push, credential) };
    }
  }
}
