import type { Outcome } from '@fanfare/core';

/** The services a client can be of. */
export type Service = 'fcm' | 'apns' | 'webhook';

/** Where the simulated services are, and what they want to see. */
export interface Target {
  /** Of FCM, its token endpoint and APNs. */
  tlsUrl: string;
  caPem: string;
  webhookUrl: string;
  serviceAccount: ServiceAccount;
  apnsKey: { teamId: string; keyId: string; bundleId: string; p8Key: string };
}

interface ServiceAccount {
  project_id: string;
  client_email: string;
  private_key: string;
  private_key_id: string;
  token_uri: string;
}

/** One way to reach a service, as a program would use it. */
export interface Client {
  /** Sends the `n`th push, to an addressee of its own. Why it was not accepted; undefined when it was. */
  send(n: number): Promise<string | undefined>;
}

/** Sets a client up for at most so many sends at once. */
export type OpenClient = (target: Target, concurrency: number) => Client;

/** So long a client waits for one answer: far longer than any should take, so that a slow moment loses nothing. */
export const TIMEOUT_MS = 10_000;

/** What our providers say, as a client says it. */
export const problemOf = (outcome: Outcome): string | undefined =>
  outcome.kind === 'accepted' ? undefined : JSON.stringify(outcome);
