import { generateKeyPairSync } from 'node:crypto';
import type { ApnsCredential, DevicePush, FcmCredential, NotificationDetails, Platform } from '@fanfare/core';
import { aPush } from './push.ts';

/** 13 March 2025, 06:30:53 UTC. */
export const NOW = 1_741_847_453_000;

/** A push to a device: sent within a minute, may be held for an hour. */
export function aDevicePush(platform: Platform, { details, device, ...changes }: Changes = {}): DevicePush {
  const push = aPush();
  return {
    ...push,
    details: { ...push.details, ...details },
    device: { token: 'f00dcafe', platform, registeredAt: NOW - 1_000_000, ...device },
    collapseKey: 'message-101',
    sound: 'ding.caf',
    deadlineAt: NOW + 60_000,
    holdUntil: NOW + 3_600_000,
    ...changes,
  };
}

type Changes = Partial<Omit<DevicePush, 'details' | 'device'>> & {
  details?: Partial<NotificationDetails>;
  device?: Partial<DevicePush['device']>;
};

/** The details a call adds. */
export const CALL: Partial<NotificationDetails> = {
  title: 'Alice',
  body: 'AUDIO CALL',
  type: 'call',
  callAction: 'initiated',
  sessionId: 'v1.us.1',
  callType: 'audio',
  tag: 'call-7',
};

const ecKey = generateKeyPairSync('ec', { namedCurve: 'P-256' });
/** Checks the provider tokens of `anApnsCredential`. */
export const APNS_PUBLIC_KEY = ecKey.publicKey;

export const anApnsCredential = (changes: Partial<ApnsCredential> = {}): ApnsCredential => ({
  id: 'apns-1',
  keyId: 'ABC123DEFG',
  teamId: 'DEF123GHIJ',
  bundleId: 'com.example.chat',
  p8Key: ecKey.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  productionMode: true,
  includeContentAvailable: false,
  includeMutableContent: false,
  ...changes,
});

const rsaKey = generateKeyPairSync('rsa', { modulusLength: 2048 });
/** Checks the assertions of `anFcmCredential`. */
export const FCM_PUBLIC_KEY = rsaKey.publicKey;

const OFF = { chat: false, call: false };

export const anFcmCredential = (tokenUri: string, changes: Partial<FcmCredential> = {}): FcmCredential => ({
  id: 'fcm-1',
  serviceAccount: {
    project_id: 'chat-prod',
    client_email: 'push@chat-prod.iam.gserviceaccount.com',
    private_key: rsaKey.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    private_key_id: 'key-1',
    token_uri: tokenUri,
  },
  notificationInPayload: { android: OFF, ios: OFF, web: OFF },
  ...changes,
});

/** Every kind of FCM device shows a notification. */
export const SHOWN: FcmCredential['notificationInPayload'] = {
  android: { chat: true, call: true },
  ios: { chat: true, call: true },
  web: { chat: true, call: true },
};
