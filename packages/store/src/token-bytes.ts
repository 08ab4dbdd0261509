const HEX = /^(?:[0-9a-f]{2})+$/;
/** FCM tokens: an instance id and a longer part, both base64url. */
const BASE64URL = /^(?:[A-Za-z0-9_-]{1,255}:)?[A-Za-z0-9_-]+$/;

/** How a token is packed: the lowest two bits of its first byte. The next two count the characters added as padding. */
const KIND = { raw: 0, hex: 1, base64url: 2, base64urlWithColon: 3 };

/** The padding of base64url: a zero, so that any number of characters fills whole bytes. */
const ZERO = 'A';

/** A canonical push token as few bytes: hex and base64url take a half and three quarters of their characters. */
export function packToken(token: string): Buffer {
  if (HEX.test(token)) return Buffer.concat([Buffer.of(KIND.hex), Buffer.from(token, 'hex')]);
  if (!BASE64URL.test(token)) return Buffer.concat([Buffer.of(KIND.raw), Buffer.from(token)]);
  const colon = token.indexOf(':');
  const characters = colon === -1 ? token : token.slice(0, colon) + token.slice(colon + 1);
  const padding = -characters.length & 3;
  const bytes = Buffer.from(characters + ZERO.repeat(padding), 'base64url');
  const kind = (colon === -1 ? KIND.base64url : KIND.base64urlWithColon) | (padding << 2);
  return Buffer.concat([colon === -1 ? Buffer.of(kind) : Buffer.of(kind, colon), bytes]);
}

/** The token that `packToken` packed. */
export function unpackToken(packed: Buffer): string {
  const head = packed[0] as number;
  const kind = head & 3;
  if (kind === KIND.raw) return packed.toString('utf8', 1);
  if (kind === KIND.hex) return packed.toString('hex', 1);
  const hasColon = kind === KIND.base64urlWithColon;
  const padded = packed.toString('base64url', hasColon ? 2 : 1);
  const characters = padded.slice(0, padded.length - (head >> 2));
  const colon = packed[1] as number;
  return hasColon ? `${characters.slice(0, colon)}:${characters.slice(colon)}` : characters;
}
