import type { DeviceOs, Lane } from '@fanfare/core';
import { type Gate, webhookGateName } from '@fanfare/ledger';
import type { AppBundle, PushKind } from '@fanfare/store';
import { LRUCache } from 'lru-cache';

/** Webhooks whose names are kept. */
const MAX_NAMES = 10_000;

const names = new LRUCache<string, string>({ max: MAX_NAMES, memoMethod: webhookGateName });

/** The gate of a webhook. */
export const webhookGate = (appId: string, lane: Lane, url: string): Gate => ({
  lane,
  appId,
  provider: 'custom',
  name: names.memo(url),
});

/** The origin that the gate of a webhook names. */
export const originOf = ({ name }: Gate): string => name.slice(0, name.indexOf('#'));

/**
 * The gate of a credential. Also by system: FCM may reject a project's iOS pushes, for lack of an APNs key, and accept
 * the others. And by version of the app, so that a corrected credential is used at once.
 */
export const credentialGate = (
  { app }: AppBundle,
  lane: Lane,
  credential: { kind: PushKind; id: string },
  os: DeviceOs,
): Gate => ({ lane, appId: app.appId, provider: credential.kind, name: `${credential.id}|${os}|${app.version}` });

/** The version of the app that a credential's gate belongs to. */
export const credentialGateVersion = ({ name }: Gate): number => Number(name.slice(name.lastIndexOf('|') + 1));
