import { type DeviceOs, type DevicePush, type Lane, type Outcome, type Push, publicAppId } from '@fanfare/core';
import type { Gate } from '@fanfare/ledger';
import { type AppBundle, type PushKind, promoteNext } from '@fanfare/store';
import type { SenderDeps } from './deps.ts';
import { credentialGate } from './held/gate-of.ts';
import type { Subject } from './refusals.ts';
import type { Tally } from './token-safety.ts';

/** Where deliveries of a pack go: one credential and system, or the webhook. */
export interface Address<P extends Push> {
  /** What they may have to be held for. */
  gate: Gate;
  subject: Subject;
  /** Makes one attempt. */
  send(push: P): Promise<Outcome>;
}

/** A credential and system, with what answers are compared with. */
export interface DeviceAddress extends Address<DevicePush> {
  tally: Tally;
  /** Whether the credential was refused before. */
  isFailing: boolean;
}

type AddressDeps = Pick<SenderDeps, 'providers' | 'registry' | 'box' | 'log' | 'tokenSafety'>;

/** The address of a device's `providerId` and system. Undefined if there is no such credential. */
export function addressOf(
  deps: AddressDeps,
  app: AppBundle,
  kind: PushKind,
  { lane, providerId, os }: { lane: Lane; providerId: string; os: DeviceOs },
): DeviceAddress | undefined {
  const id = app.providerIdOf(kind, providerId);
  if (id === undefined) return undefined;
  const { appId } = app.app;
  return {
    gate: credentialGate(app, lane, { kind, id }, os),
    subject: { appId, provider: kind, name: id },
    send: sendWith(deps, app, kind, id) ?? UNREADABLE,
    tally: deps.tokenSafety.tallyOf({ appId, kind, id }),
    isFailing: app.failing(kind, id),
  };
}

/** The secret was encrypted with a master key this process lacks: deliveries are held until it is provided. */
export const UNREADABLE = async (): Promise<Outcome> => ({ kind: 'credential_failing', reason: 'secret_unreadable' });

/** The value, or undefined if its secret was encrypted with a master key this process lacks. */
export function tryDecrypt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

type Send = (push: DevicePush) => Promise<Outcome>;

/** Sends with a credential; undefined if it cannot be decrypted. */
function sendWith(deps: AddressDeps, app: AppBundle, kind: PushKind, id: string): Send | undefined {
  const { providers } = deps;
  const promote = () => promoted(deps, app, kind, id);
  switch (kind) {
    case 'fcm': {
      const credential = tryDecrypt(() => app.credential(kind, id));
      return credential && withNext((push, by) => providers.fcm.send(push, by), credential, promote);
    }
    case 'apns': {
      const credential = tryDecrypt(() => app.credential(kind, id));
      return credential && withNext((push, by) => providers.apns.send(push, by), credential, promote);
    }
  }
}

/** Credentials whose next key is in use. */
const switched = new WeakSet<object>();

/**
 * Sends with a credential, and with its next key where the current one is refused. The next key becomes the current one
 * with the first push it is accepted for, so that a key can be revoked at any time after the next was entered.
 */
function withNext<C extends { next?: object | undefined }>(
  send: (push: DevicePush, credential: C) => Promise<Outcome>,
  credential: C,
  promote: () => Promise<void>,
): Send {
  if (!credential.next) return (push) => send(push, credential);
  const next: C = { ...credential, ...credential.next, next: undefined };
  return async (push) => {
    const sent = switched.has(credential) ? undefined : await send(push, credential);
    if (sent && sent.kind !== 'credential_failing') return sent;
    const again = await send(push, next);
    if (again.kind === 'accepted' && !switched.has(credential)) {
      switched.add(credential);
      await promote();
    }
    return again.kind === 'credential_failing' ? (sent ?? again) : again;
  };
}

async function promoted({ registry, box, log }: AddressDeps, { app }: AppBundle, kind: PushKind, id: string) {
  if (!(await promoteNext(registry, box, app.appId, kind, id))) return;
  log.warn({ appId: publicAppId(app.appId), kind, id }, 'credential.next_key_in_use');
}
