import type { DeviceOs, DevicePush, Lane, Outcome, Push } from '@fanfare/core';
import type { Gate } from '@fanfare/ledger';
import type { AppBundle, PushKind } from '@fanfare/store';
import type { SenderDeps } from './deps.ts';
import { credentialGate } from './held/gate-of.ts';
import type { Subject } from './refusals.ts';

/** Where deliveries of a pack go: one credential and system, or the webhook. */
export interface Address<P extends Push> {
  /** What they may have to be held for. */
  gate: Gate;
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
  { lane, providerId, os }: { lane: Lane; providerId: string; os: DeviceOs },
): Address<DevicePush> | undefined {
  const adapter = adapterFor(deps, app, kind, providerId);
  if (!adapter) return undefined;
  const { credentialId, send } = adapter;
  return {
    gate: credentialGate(app, lane, { kind, id: credentialId }, os),
    subject: { appId: app.app.appId, provider: kind, name: credentialId },
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
