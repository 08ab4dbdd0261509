import { createHash } from 'node:crypto';

const PLAIN = /^[A-Za-z0-9_.-]+$/;
const MAX_LENGTH = 128;

/**
 * The id of the event a webhook becomes: `cc:<name>:<parts>`, the same for every delivery of the webhook. The parts are
 * the dedup keys of docs/rules/cometchat.md#webhooks; where they are too long or have other characters, their SHA-256
 * stands for them.
 */
export function webhookEventId(name: string, parts: readonly (string | number | undefined)[]): string {
  const words = parts.filter((part) => part !== undefined).map(String);
  const id = `cc:${name}:${words.join(':')}`;
  // A part with a ":" of its own would make two lists look alike.
  if (id.length <= MAX_LENGTH && words.length > 0 && words.every((word) => PLAIN.test(word))) return id;
  return `cc:${name}:${fingerprint(words)}`;
}

/** 43 characters that stand for a list of words. */
export const fingerprint = (words: readonly string[]): string =>
  createHash('sha256').update(JSON.stringify(words)).digest('base64url');
