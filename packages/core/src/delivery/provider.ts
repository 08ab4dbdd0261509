import type { NotificationDetails } from '../render/notification-details.ts';
import type { Presentation } from '../render/presentation.ts';
import type { DeviceOs, DeviceToken } from './device.ts';
import type { Outcome } from './outcome.ts';

/** One notification for one target of one recipient: everything an adapter needs besides its credential. */
export interface Push {
  /** The same for all attempts, unique per delivery. */
  deliveryId: string;
  /** The internal id. */
  appId: string;
  region: string;
  /** The recipient. */
  uid: string;
  details: NotificationDetails;
  /**
   * The same as `details` but for the number in `unreadMessageCount`, and one object for all recipients it is shared
   * by, so that an adapter can build most of the payload once. Undefined: not shared.
   */
  shared?: NotificationDetails | undefined;
  /** It must be sent before this moment (epoch ms); a wait that a provider asks for is clamped to it. */
  deadlineAt: number;
  /**
   * Called immediately before the bytes are written, after every wait for a connection or a token: a process may be
   * suspended between its own checks and the write. False: nothing is written and the outcome is `withheld`. Absent:
   * always send.
   */
  mayLeave?: (() => boolean) | undefined;
  /** How long the provider may hold it for an offline device (epoch ms): FCM's ttl, APNs' expiration; 0: not at all. */
  holdUntil: number;
  /**
   * Whether an oversized message object is sent with its text shortened, instead of being left out
   * (docs/rules/decision.md#payload-options).
   */
  trimText?: boolean | undefined;
}

/** A push to a device, through FCM or APNs. */
export interface DevicePush extends Push, Presentation {
  device: DeviceToken;
  /** FCM only checks it (https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages/send). */
  isDryRun?: boolean | undefined;
}

/**
 * The port every adapter implements. `send` makes one attempt, never retries, always ends (each adapter has its own
 * timeout) and reports the result as a value; it throws only on a bug.
 */
export interface Provider<Credential, P extends Push = Push> {
  send(push: P, credential: Credential): Promise<Outcome>;
  /** Closes the connections and abandons sends in flight. */
  close(): Promise<void>;
}

/** What the operator configured for the custom provider, decrypted. */
export interface CustomCredential {
  webhookURL: string;
  basicAuth?: { username: string; password: string };
  /** Standard Webhooks secrets (`whsec_…`), newest first; two while one is being rotated. Empty: unsigned. */
  signingSecrets: readonly string[];
}

/**
 * Whether the FCM message carries a `notification` block, by system and kind (docs/rules/cometchat.md#fcm). Without one
 * it is data only.
 */
export type NotificationInPayload = Record<DeviceOs, { chat: boolean; call: boolean }>;

/** One Firebase project as the operator configured it, decrypted: the fields we use of its service account JSON. */
export interface FcmCredential {
  /** Identifies the credential; changes with its content. */
  id: string;
  serviceAccount: {
    project_id: string;
    client_email: string;
    private_key: string;
    private_key_id: string;
    token_uri: string;
  };
  notificationInPayload: NotificationInPayload;
  /** Used, and put in place of the current one, when that is refused. */
  next?: Pick<FcmCredential, 'serviceAccount'> | undefined;
}

/** One APNs key and app as the operator configured it, decrypted. */
export interface ApnsCredential {
  /** Identifies the credential; changes with its content. */
  id: string;
  keyId: string;
  teamId: string;
  bundleId: string;
  /** PEM of an EC P-256 private key. */
  p8Key: string;
  /** False: Apple's sandbox. */
  productionMode: boolean;
  includeContentAvailable: boolean;
  includeMutableContent: boolean;
  /** Used, and put in place of the current key, when that is refused. */
  next?: Pick<ApnsCredential, 'keyId' | 'p8Key'> | undefined;
}
