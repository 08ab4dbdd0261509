import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { type Readable, Transform } from 'node:stream';
import { FanfareError } from '@fanfare/core';
import type { BodyTimes } from './body-times.ts';

/** The error for a body that is larger than the route takes. */
export const tooLarge = (bytes: number): FanfareError =>
  new FanfareError('ERR_PAYLOAD_TOO_LARGE', `body: is larger than ${bytes} bytes`);

const tooSlow = () => new FanfareError('ERR_BAD_REQUEST', 'body: took too long to arrive');
const incomplete = () => new FanfareError('ERR_BAD_REQUEST', 'body: did not arrive completely');

/** @throws FanfareError `ERR_PAYLOAD_TOO_LARGE` when the headers announce more than so many bytes. */
export function checkLength(headers: IncomingHttpHeaders, bytes: number): void {
  if (Number(headers['content-length'] ?? 0) > bytes) throw tooLarge(bytes);
}

/**
 * Reads a body of at most so many bytes: at once if it has arrived, as most have by the time that the caller is known.
 * @throws FanfareError `ERR_PAYLOAD_TOO_LARGE`, or `ERR_BAD_REQUEST` when it does not arrive completely and in time, or
 *   the client has gone.
 */
export function readBody(body: IncomingMessage, bytes: number, times: BodyTimes): Buffer | Promise<Buffer> {
  // It would learn nothing of what is done now, and may have sent the request to another process meanwhile.
  if (body.destroyed) throw incomplete();
  if (!body.complete) return awaitBody(body, bytes, times);
  if (body.readableLength > bytes) throw tooLarge(bytes);
  return (body.read() as Buffer | null) ?? Buffer.alloc(0);
}

async function awaitBody(body: Readable, bytes: number, { wholeMs }: BodyTimes): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  let timer: NodeJS.Timeout | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      timer = setTimeout(() => reject(tooSlow()), wholeMs);
      body.on('data', (chunk: Buffer) => {
        length += chunk.length;
        if (length > bytes) return reject(tooLarge(bytes));
        chunks.push(chunk);
      });
      body.once('end', resolve);
      body.once('error', () => reject(incomplete()));
    });
  } finally {
    clearTimeout(timer);
  }
  return Buffer.concat(chunks, length);
}

/**
 * A body as it arrives. It fails with `ERR_PAYLOAD_TOO_LARGE`, or with `ERR_BAD_REQUEST` when it does not arrive
 * completely or is too slow; a reader that is slower than the client is not the client's fault.
 * To be destroyed when the request has been answered.
 */
export function streamBody(body: Readable, bytes: number, { stream: { everyMs, leastBytes } }: BodyTimes): Readable {
  let length = 0;
  let lengthBefore = 0;
  const checked = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      length += chunk.length;
      if (length > bytes) done(tooLarge(bytes));
      else done(null, chunk);
    },
  });
  const timer = setInterval(() => {
    if (length - lengthBefore < leastBytes && !checked.writableNeedDrain) checked.destroy(tooSlow());
    lengthBefore = length;
  }, everyMs);
  body.once('end', () => clearInterval(timer));
  body.once('error', () => checked.destroy(incomplete()));
  body.once('close', () => body.readableEnded || checked.destroy(incomplete()));
  checked.once('close', () => clearInterval(timer));
  // A failure that the route does not read is no uncaught error.
  checked.on('error', () => undefined);
  return body.pipe(checked);
}
