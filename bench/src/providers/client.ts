import type { Outcome } from '@fanfare/core';

/** The services to send to. */
export type Service = 'fcm' | 'apns' | 'webhook';

/** The addresses and credentials of the simulated services. */
export interface Target {
  /** The URL of FCM, its token endpoint and APNs. */
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

/** A client for a service, as a program would use it. */
export interface Client {
  /** Sends the `n`th push, to its own addressee. Returns why it was not accepted; undefined if it was. */
  send(n: number): Promise<string | undefined>;
}

/** Creates a client for at most this many concurrent sends. */
export type OpenClient = (target: Target, concurrency: number) => Client;

/** The timeout for one answer: far longer than any should take, so that a slow moment loses nothing. */
export const TIMEOUT_MS = 10_000;

/** The result of our providers in a client's form. */
export const problemOf = (outcome: Outcome): string | undefined =>
  outcome.kind === 'accepted' ? undefined : JSON.stringify(outcome);
