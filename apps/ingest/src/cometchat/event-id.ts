import { createHash } from 'node:crypto';

const PLAIN = /^[A-Za-z0-9_.-]+$/;
const MAX_LENGTH = 128;

/**
 * The id of the event a webhook becomes: `cc:<name>:<parts>`, the same for every delivery of the webhook. The parts are
 * the dedup keys of docs/rules/cometchat.md#webhooks; parts that are too long or have other characters are hashed
 * (SHA-256).
 */
export function webhookEventId(name: string, parts: readonly (string | number | undefined)[]): string {
  const words = parts.filter((part) => part !== undefined).map(String);
  const id = `cc:${name}:${words.join(':')}`;
  // A part that contains ":" could make two different lists look the same.
  if (id.length <= MAX_LENGTH && words.length > 0 && words.every((word) => PLAIN.test(word))) return id;
  return `cc:${name}:${fingerprint(words)}`;
}

/** Hashes a list of words to 43 characters. */
export const fingerprint = (words: readonly string[]): string =>
  createHash('sha256').update(JSON.stringify(words)).digest('base64url');
