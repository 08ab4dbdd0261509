import { basename } from 'node:path';
import type { ProviderInput, ProviderKind } from '@fanfare/client';
import type { Operator } from '../operator/operator.ts';
import { readSecret, readText } from '../operator/text-input.ts';
import { UsageError } from '../usage-error.ts';

/** The options of `fanfare providers create` and `rotate`. */
export interface ProviderFlags {
  file?: string;
  keyId?: string;
  teamId?: string;
  bundleId?: string;
  production?: true;
  default?: true;
  webhook?: string;
  basicAuthUser?: string;
  now?: true;
}

/** A provider as named on the command line. */
export interface Named {
  kind: ProviderKind;
  id: string | undefined;
  flags: ProviderFlags;
}

/** The id of a credential; the webhook has none. @throws UsageError if it is missing. */
export function idOf(kind: ProviderKind, id: string | undefined): string {
  if (kind === 'custom') return 'custom';
  if (id === undefined) throw new UsageError(`id: which ${kind} credential?`);
  return id;
}

/** The secret part of a credential, by the names of the API. @throws UsageError if it is missing. */
export async function keyOf(operator: Operator, { kind, flags }: Named): Promise<ProviderInput> {
  const { file, keyId } = flags;
  if (file === undefined) throw new UsageError('--file: is required');
  const text = await readText(operator, '--file', file);
  const name = file === '-' ? undefined : basename(file);
  if (kind === 'fcm') return { serviceAccountCreds: text, ...(name ? { serviceAccountFilename: name } : {}) };
  return { p8Key: text, ...(keyId === undefined ? {} : { keyId }), ...(name ? { p8KeyFilename: name } : {}) };
}

/** The webhook with a new signing secret. @throws UsageError if its password is missing. */
export async function webhookOf(
  operator: Operator,
  { webhook, basicAuthUser, file }: ProviderFlags,
  signingSecret: string,
): Promise<ProviderInput> {
  if (webhook === undefined) throw new UsageError('--webhook: is required');
  const base = { webhookURL: webhook, signingSecret };
  if (basicAuthUser === undefined) return base;
  const variable = 'FANFARE_WEBHOOK_PASSWORD';
  const password = await readSecret(operator, { option: '--file', file, variable });
  if (password === undefined) throw new UsageError(`--basic-auth-user needs a password: --file or ${variable}`);
  return { ...base, useBasicAuth: true, basicAuthUsername: basicAuthUser, basicAuthPassword: password };
}
