import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import { FrameType } from '../../src/lean-http2/codes.ts';
import { FrameReader } from '../../src/lean-http2/frame-reader.ts';
import { selfSigned } from './certificate.ts';
import { END_HEADERS, END_STREAM, frame, STATUS_200, settings } from './frames.ts';

/** One connection to a server that writes its frames by hand. */
export interface RawConnection {
  /** Its index, from 0. */
  index: number;
  socket: TLSSocket;
  /** Closes when the client has closed. */
  closed: Promise<unknown>;
  /** The code of the client's GOAWAY. */
  goaway: number | undefined;
}

/** Answers a request with these bytes. */
type Answer = (streamId: number, connection: RawConnection) => Buffer;

const PREFACE_BYTES = 24;

export const ACCEPTED: Answer = (streamId) =>
  frame('HEADERS', { streamId, flags: END_HEADERS | END_STREAM, payload: STATUS_200 });

/** Writes its settings, then the answer to every request that is complete. */
export async function startRawH2(answer: Answer, beginning = settings(), ALPNProtocols = ['h2']) {
  const identity = selfSigned(['127.0.0.1']);
  const connections: RawConnection[] = [];
  const server = createServer({ ...identity, ...(ALPNProtocols.length > 0 && { ALPNProtocols }) }, (socket) => {
    socket.on('error', () => undefined);
    const connection: RawConnection = {
      index: connections.length,
      socket,
      closed: once(socket, 'close'),
      goaway: undefined,
    };
    connections.push(connection);
    if (beginning.length > 0) socket.write(beginning);
    const reader = new FrameReader(({ type, flags, streamId, bytes, start }) => {
      if (type === FrameType.GOAWAY) connection.goaway = bytes.readUInt32BE(start + 4);
      const isRequest = type === FrameType.HEADERS || type === FrameType.DATA;
      if (isRequest && flags & END_STREAM && socket.writable) socket.write(answer(streamId, connection));
    });
    let preface = PREFACE_BYTES;
    socket.on('data', (chunk: Buffer) => {
      const skipped = Math.min(preface, chunk.length);
      preface -= skipped;
      reader.push(chunk.subarray(skipped));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ca: identity.cert,
    connections,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      for (const { socket } of connections) socket.destroy();
      await closed;
    },
  };
}
