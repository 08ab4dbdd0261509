import type { ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';

/**
 * The whole body; undefined if it is larger than `limit` bytes, and then no more is kept.
 *
 * @throws Error if the sender disconnects in the middle.
 */
export const readBody = (request: Readable, limit: number): Promise<Buffer | undefined> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const gone = () => reject(new Error('the sender left in the middle of its request'));
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= limit) chunks.push(chunk);
      else resolve(undefined);
    });
    request.on('end', () => {
      request.off('close', gone);
      // A reset HTTP/2 stream ends too, but is already closed.
      if (request.closed) gone();
      else resolve(Buffer.concat(chunks));
    });
    request.on('error', reject);
    request.on('close', gone);
  });

/** Undefined if the text is not JSON; no JSON text means undefined. */
export function parseJson(text: Buffer | string): unknown {
  try {
    return JSON.parse(text.toString());
  } catch {
    return undefined;
  }
}

const UTF_8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
/** Half a surrogate pair as JSON escapes it, or an escaped backslash, after which no escape begins. */
const ESCAPE = /\\\\|\\ud[89a-f][0-9a-f]{2}/g;

/**
 * Parses strictly: valid UTF-8, and no half surrogate pair in any string
 * (https://www.rfc-editor.org/rfc/rfc8259#section-8), which JavaScript's own parser accepts.
 */
export function parseStrictJson(body: Uint8Array): unknown {
  try {
    const text = UTF_8.decode(body);
    const value: unknown = JSON.parse(text);
    return /\\ud/i.test(text) && hasLoneSurrogate(value) ? undefined : value;
  } catch {
    return undefined;
  }
}

/** JSON.stringify escapes lone surrogates, and only those. */
const hasLoneSurrogate = (value: unknown): boolean =>
  (JSON.stringify(value).match(ESCAPE) ?? []).some((found) => found !== '\\\\');

/** Answers with JSON. */
export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  const body = JSON.stringify(value);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
  response.end(body);
}
