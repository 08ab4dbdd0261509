import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { onSendAsyncHookHandler } from 'fastify';

/** Compresses the document for clients that take it: to an eighth. Done once, since it stays the same. */
export function compressed(): onSendAsyncHookHandler {
  let last: { text: string; bytes: Promise<Buffer> } | undefined;
  return async (request, reply, payload) => {
    const isDocument = typeof payload === 'string' && String(reply.getHeader('content-type')).includes('json');
    if (!isDocument || reply.statusCode !== 200) return payload;
    reply.header('vary', 'accept-encoding');
    if (!/\bgzip\b/.test(request.headers['accept-encoding'] ?? '')) return payload;
    if (last?.text !== payload) last = { text: payload, bytes: promisify(gzip)(payload) };
    reply.header('content-encoding', 'gzip').removeHeader('content-length');
    return last.bytes;
  };
}
