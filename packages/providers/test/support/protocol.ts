import type { Ended, Http2Request } from '../../src/http2/connection.ts';
import { FrameType } from '../../src/lean-http2/codes.ts';
import { type Frame, FrameReader } from '../../src/lean-http2/frame-reader.ts';
import { ClientProtocol } from '../../src/lean-http2/protocol.ts';

export const A_REQUEST: Http2Request = { path: '/push', headers: {}, body: 'hello' };

const TYPE_NAMES = new Map<number, string>(Object.entries(FrameType).map(([name, type]) => [type, name]));
const PREFACE_BYTES = 24;

/** A connection without a socket. */
export function startProtocol() {
  const goaways: number[] = [];
  const failures: Error[] = [];
  const protocol = new ClientProtocol('push.acme.com', {
    wrote: () => undefined,
    room: () => undefined,
    goaway: (last) => goaways.push(last),
    failed: (error) => failures.push(error),
  });
  protocol.start();
  let isStarted = false;
  return {
    protocol,
    goaways,
    failures,
    /** The frames written since the last call. */
    takeFrames() {
      const frames: { type: string | undefined; flags: number; streamId: number; payload: Buffer }[] = [];
      const reader = new FrameReader(({ type, flags, streamId, bytes, start, end }: Frame) => {
        frames.push({ type: TYPE_NAMES.get(type), flags, streamId, payload: Buffer.from(bytes.subarray(start, end)) });
      });
      const written = protocol.output.take() ?? Buffer.alloc(0);
      reader.push(isStarted ? written : written.subarray(PREFACE_BYTES));
      isStarted = true;
      return frames;
    },
  };
}

/** A connection with this many requests in flight, and how they ended by their stream ids. */
export function inFlight(requests: number) {
  const started = startProtocol();
  const ends = new Map<number, Ended>();
  for (let id = 1; id < 2 * requests; id += 2) {
    started.protocol.send({ request: A_REQUEST, ended: (end) => ends.set(id, end) });
  }
  return { ...started, ends };
}

/** How requests have ended: the answer's text, or the code of the stream. */
export const summary = (ends: ReadonlyMap<number, Ended>) =>
  [...ends].map(([id, end]) => [id, end.kind === 'answered' ? `${end.answer.status} ${end.answer.body}` : end.rstCode]);
