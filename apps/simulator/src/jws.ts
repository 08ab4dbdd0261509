import { parseJson } from './http.ts';

/** A parsed JSON Web Token, its signature not verified. https://www.rfc-editor.org/rfc/rfc7515#section-7.1 */
export interface Jws {
  header: Record<string, unknown>;
  claims: Record<string, unknown>;
  /** The signed bytes. */
  signed: Buffer;
  signature: Buffer;
}

/** Undefined if the text is not such a token. */
export function parseJws(text: string): Jws | undefined {
  const [header = '', claims = '', signature, ...more] = text.split('.');
  const head = objectOf(header);
  const body = objectOf(claims);
  if (!head || !body || signature === undefined || more.length > 0) return undefined;
  return { header: head, claims: body, signed: Buffer.from(`${header}.${claims}`), signature: bytesOf(signature) };
}

const bytesOf = (part: string): Buffer => Buffer.from(part, 'base64url');

function objectOf(part: string): Record<string, unknown> | undefined {
  const value = parseJson(bytesOf(part));
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}
