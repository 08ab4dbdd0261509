import type { CustomCredential } from '@fanfare/core';
import { isObject, parseObject } from '../wire/json.ts';
import { plainWords } from '../wire/plain-words.ts';
import { basicToken } from './message.ts';
import { withoutPrefix } from './sign.ts';

/** Shorter values in a URL's query are words like `v=2`, not tokens; redacting them would garble the text. */
const MIN_QUERY_SECRET = 8;
/** Shorter messages are words like `ok`, which an endpoint may say by itself. */
const MIN_MESSAGE_TEXT = 4;
const REDACTED = '[redacted]';

/** Members with a human-readable message, best first: common practice, then https://www.rfc-editor.org/rfc/rfc9457 */
const WORDS = ['message', 'error', 'reason', 'detail', 'title'] as const;

/**
 * The endpoint's human-readable message: that of a JSON object (also below `error`), else the beginning of the text, on
 * one line, at most 200 code points. Undefined when there is none. `body` is untrusted: an endpoint that echoes our
 * request must not bring our credentials or users' messages (`messageText`) into logs and dead letters.
 */
export function detailOf(body: string, credential: CustomCredential, messageText = ''): string | undefined {
  if (body === '') return undefined;
  const text = messageText.length >= MIN_MESSAGE_TEXT ? [messageText] : [];
  return plainWords(redact(wordsIn(body) ?? body, [...secretsOf(credential), ...text]));
}

function wordsIn(body: string): string | undefined {
  const json = parseObject(body);
  if (json === undefined) return undefined;
  const { error } = json;
  return firstString(json) ?? (isObject(error) ? firstString(error) : undefined);
}

const firstString = (object: Record<string, unknown>): string | undefined =>
  WORDS.map((name) => object[name]).find((value): value is string => typeof value === 'string' && value !== '');

/** Everything that must not be repeated, as it was sent. A user name counts only when it is the entire credential. */
function secretsOf({ webhookURL, basicAuth, signingSecrets }: CustomCredential): string[] {
  const { search, searchParams } = new URL(webhookURL);
  const basic = basicAuth === undefined ? [] : [basicToken(basicAuth), basicAuth.password || basicAuth.username];
  const query = [search.slice(1), ...searchParams.values()].filter((value) => value.length >= MIN_QUERY_SECRET);
  const secrets = [...basic, ...signingSecrets.map(withoutPrefix), ...query];
  return secrets.filter((secret) => secret !== '').map((secret) => Buffer.from(secret).toString());
}

/** Replaces the secrets, even when escaped by JSON or a URL; the longest first, in one pass. */
function redact(text: string, secrets: readonly string[]): string {
  const forms = secrets.flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)]);
  if (forms.length === 0) return text;
  const literals = forms.sort((a, b) => b.length - a.length).map((form) => form.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return text.replace(new RegExp(literals.join('|'), 'g'), REDACTED);
}
