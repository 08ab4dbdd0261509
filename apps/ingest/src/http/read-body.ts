import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import { FanfareError } from '@fanfare/core';

/** The error for a body that is larger than the route takes. */
export const tooLarge = (bytes: number): FanfareError =>
  new FanfareError('ERR_PAYLOAD_TOO_LARGE', `body: is larger than ${bytes} bytes`);

/** @throws FanfareError `ERR_PAYLOAD_TOO_LARGE` when the headers announce more than so many bytes. */
export function checkLength(headers: IncomingHttpHeaders, bytes: number): void {
  if (Number(headers['content-length'] ?? 0) > bytes) throw tooLarge(bytes);
}

/**
 * Reads a body of at most so many bytes.
 * @throws FanfareError `ERR_PAYLOAD_TOO_LARGE`, or `ERR_BAD_REQUEST` when it does not arrive whole.
 */
export function readBody(body: Readable, bytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  return new Promise((resolve, reject) => {
    body.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > bytes) return reject(tooLarge(bytes));
      chunks.push(chunk);
    });
    body.once('end', () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)));
    body.once('error', () => reject(new FanfareError('ERR_BAD_REQUEST', 'body: did not arrive completely')));
  });
}
