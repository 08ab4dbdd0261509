import { ErrorCode, MAX_31_BITS, MAX_FRAME_SIZE } from '../../src/lean-http2/codes.ts';
import {
  ACK,
  END_HEADERS,
  END_STREAM,
  frame,
  literal,
  PADDED,
  PRIORITY,
  STATUS_200,
  settings,
  uint32,
} from './frames.ts';

const { PROTOCOL_ERROR, FRAME_SIZE_ERROR, FLOW_CONTROL_ERROR, STREAM_CLOSED, COMPRESSION_ERROR, ENHANCE_YOUR_CALM } =
  ErrorCode;

const headers = (streamId: number, payload: Buffer | number[] = STATUS_200, flags = END_HEADERS): Buffer =>
  frame('HEADERS', { streamId, flags, payload });
const many = (count: number, ...frames: Buffer[]): Buffer => Buffer.concat(Array(count).fill(Buffer.concat(frames)));
const FLOOD = 10_001;

/** Beginnings that are none, with the code of our GOAWAY. */
export const BAD_BEGINNINGS: [what: string, bytes: Buffer, code: number][] = [
  ['HTTP/1.1', Buffer.from('HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n'), FRAME_SIZE_ERROR],
  ['another frame than SETTINGS', frame('PING', { payload: Buffer.alloc(8) }), PROTOCOL_ERROR],
  ['an acknowledgement of our settings', frame('SETTINGS', { flags: ACK }), PROTOCOL_ERROR],
  ['settings that must not be', settings({ ENABLE_PUSH: 1 }), PROTOCOL_ERROR],
  ['a window that is too large', settings({ INITIAL_WINDOW_SIZE: 2 ** 31 }), FLOW_CONTROL_ERROR],
  ['a frame size that is too small', settings({ MAX_FRAME_SIZE: MAX_FRAME_SIZE - 1 }), PROTOCOL_ERROR],
  ['a frame size that is too large', settings({ MAX_FRAME_SIZE: 2 ** 24 }), PROTOCOL_ERROR],
];

/** What no server may send after its settings, while only stream 1 is open, with the code of our GOAWAY. */
export const VIOLATIONS: [what: string, bytes: Buffer, code: number][] = [
  ['a frame larger than announced', frame('DATA', { streamId: 1, length: MAX_FRAME_SIZE + 1 }), FRAME_SIZE_ERROR],

  // The stream id.
  ['DATA on no stream', frame('DATA'), PROTOCOL_ERROR],
  ['HEADERS on no stream', headers(0), PROTOCOL_ERROR],
  ['PRIORITY on no stream', frame('PRIORITY', { payload: Buffer.alloc(5) }), PROTOCOL_ERROR],
  ['RST_STREAM on no stream', frame('RST_STREAM', { payload: uint32(0) }), PROTOCOL_ERROR],
  ['SETTINGS on a stream', frame('SETTINGS', { streamId: 1 }), PROTOCOL_ERROR],
  ['PING on a stream', frame('PING', { streamId: 1, payload: Buffer.alloc(8) }), PROTOCOL_ERROR],
  ['GOAWAY on a stream', frame('GOAWAY', { streamId: 1, payload: Buffer.alloc(8) }), PROTOCOL_ERROR],
  ['DATA on an idle stream', frame('DATA', { streamId: 3 }), PROTOCOL_ERROR],
  ['HEADERS on an idle stream', headers(3), PROTOCOL_ERROR],
  ['RST_STREAM on an idle stream', frame('RST_STREAM', { streamId: 3, payload: uint32(0) }), PROTOCOL_ERROR],
  ['WINDOW_UPDATE on an idle stream', frame('WINDOW_UPDATE', { streamId: 3, payload: uint32(1) }), PROTOCOL_ERROR],
  ['HEADERS on a stream of the server', headers(2), PROTOCOL_ERROR],
  ['a push', frame('PUSH_PROMISE', { streamId: 1, flags: END_HEADERS, payload: uint32(2) }), PROTOCOL_ERROR],

  // The length.
  ['a short PRIORITY', frame('PRIORITY', { streamId: 1, payload: Buffer.alloc(4) }), FRAME_SIZE_ERROR],
  ['a long RST_STREAM', frame('RST_STREAM', { streamId: 1, payload: Buffer.alloc(5) }), FRAME_SIZE_ERROR],
  ['half a setting', frame('SETTINGS', { payload: Buffer.alloc(7) }), FRAME_SIZE_ERROR],
  ['an acknowledgement with settings', frame('SETTINGS', { flags: ACK, payload: Buffer.alloc(6) }), FRAME_SIZE_ERROR],
  ['a short PING', frame('PING', { payload: Buffer.alloc(7) }), FRAME_SIZE_ERROR],
  ['a short GOAWAY', frame('GOAWAY', { payload: Buffer.alloc(7) }), FRAME_SIZE_ERROR],
  ['a long WINDOW_UPDATE', frame('WINDOW_UPDATE', { payload: Buffer.alloc(5) }), FRAME_SIZE_ERROR],
  ['padded DATA without padding', frame('DATA', { streamId: 1, flags: PADDED }), FRAME_SIZE_ERROR],
  ['DATA of less than its padding', frame('DATA', { streamId: 1, flags: PADDED, payload: [2, 0] }), PROTOCOL_ERROR],
  ['HEADERS of less than their padding', headers(1, [2, 0x88], END_HEADERS | PADDED), PROTOCOL_ERROR],
  ['HEADERS of less than their priority', headers(1, [0, 0, 0, 0], END_HEADERS | PRIORITY), FRAME_SIZE_ERROR],

  // Header blocks.
  ['CONTINUATION without HEADERS', frame('CONTINUATION', { streamId: 1 }), PROTOCOL_ERROR],
  [
    'PING within a header block',
    many(1, headers(1, [], 0), frame('PING', { payload: Buffer.alloc(8) })),
    PROTOCOL_ERROR,
  ],
  ['an unknown frame within a header block', many(1, headers(1, [], 0), frame(0xfa)), PROTOCOL_ERROR],
  ['HEADERS within a header block', many(1, headers(1, [], 0), headers(1)), PROTOCOL_ERROR],
  [
    'CONTINUATION of another stream',
    many(1, headers(1, [], 0), frame('CONTINUATION', { streamId: 3 })),
    PROTOCOL_ERROR,
  ],
  ['headers that cannot be decoded', headers(1, [0xff]), COMPRESSION_ERROR],
  ['headers of a table that there is not', headers(1, [0xbe]), COMPRESSION_ERROR],

  // Windows and the end.
  ['a window update of 0', frame('WINDOW_UPDATE', { payload: uint32(0) }), PROTOCOL_ERROR],
  ['too large a window', frame('WINDOW_UPDATE', { payload: uint32(MAX_31_BITS) }), FLOW_CONTROL_ERROR],
  [
    'settings that make a window too large',
    many(
      1,
      frame('WINDOW_UPDATE', { streamId: 1, payload: uint32(1e6) }),
      settings({ INITIAL_WINDOW_SIZE: MAX_31_BITS }),
    ),
    FLOW_CONTROL_ERROR,
  ],
  ['a GOAWAY for its own streams', frame('GOAWAY', { payload: uint32(2, 0) }), PROTOCOL_ERROR],
  [
    'a GOAWAY that takes back the one before',
    many(1, frame('GOAWAY', { payload: uint32(1, 0) }), frame('GOAWAY', { payload: uint32(3, 0) })),
    PROTOCOL_ERROR,
  ],
  [
    'HEADERS after the end of a stream',
    many(1, headers(1, STATUS_200, END_HEADERS | END_STREAM), headers(1)),
    STREAM_CLOSED,
  ],
  [
    'DATA after the end of a stream',
    many(1, headers(1, STATUS_200, END_HEADERS | END_STREAM), frame('DATA', { streamId: 1 })),
    STREAM_CLOSED,
  ],

  // Floods.
  [
    'a flood of CONTINUATION',
    many(1, headers(1, [], 0), many(100, frame('CONTINUATION', { streamId: 1, payload: Buffer.alloc(16_000) }))),
    ENHANCE_YOUR_CALM,
  ],
  [
    'a flood of empty CONTINUATION',
    many(1, headers(1, [], 0), many(FLOOD, frame('CONTINUATION', { streamId: 1 }))),
    ENHANCE_YOUR_CALM,
  ],
  ['a flood of PING', many(FLOOD, frame('PING', { payload: Buffer.alloc(8) })), ENHANCE_YOUR_CALM],
  ['a flood of SETTINGS', many(FLOOD, settings()), ENHANCE_YOUR_CALM],
  ['a flood of empty DATA', many(1, headers(1), many(FLOOD, frame('DATA', { streamId: 1 }))), ENHANCE_YOUR_CALM],
  ['a flood of interim answers', many(FLOOD, headers(1, literal(':status', '103'))), ENHANCE_YOUR_CALM],
  ['a flood of WINDOW_UPDATE', many(FLOOD, frame('WINDOW_UPDATE', { payload: uint32(1) })), ENHANCE_YOUR_CALM],
  ['a flood of PRIORITY', many(FLOOD, frame('PRIORITY', { streamId: 1, payload: Buffer.alloc(5) })), ENHANCE_YOUR_CALM],
  ['a flood of unknown frames', many(FLOOD, frame(0xfa)), ENHANCE_YOUR_CALM],
  ['a flood of resets', many(FLOOD + 1, frame('RST_STREAM', { streamId: 1, payload: uint32(8) })), ENHANCE_YOUR_CALM],
];

/** A header of 4 kB, then ten references to it. */
const EXPANDING = Buffer.concat([
  STATUS_200,
  Buffer.from([0x40, 1, 0x61, 0x7f, 0x81, 0x1e]),
  Buffer.alloc(3968, 'b'),
  Buffer.alloc(10, 0xbe),
]);

/** What ends only stream 1: the connection goes on. The code is that of its RST_STREAM. */
export const STREAM_ERRORS: [what: string, bytes: Buffer, code: number][] = [
  ['a window update of 0', frame('WINDOW_UPDATE', { streamId: 1, payload: uint32(0) }), PROTOCOL_ERROR],
  ['too large a window', frame('WINDOW_UPDATE', { streamId: 1, payload: uint32(MAX_31_BITS) }), FLOW_CONTROL_ERROR],
  ['a body before its headers', frame('DATA', { streamId: 1, payload: [1] }), PROTOCOL_ERROR],
  ['headers without a status', headers(1, literal('x-a', 'b')), PROTOCOL_ERROR],
  ['no headers at all', headers(1, []), PROTOCOL_ERROR],
  ['two statuses', headers(1, many(2, STATUS_200)), PROTOCOL_ERROR],
  ['a status after other headers', headers(1, many(1, literal('x-a', 'b'), STATUS_200)), PROTOCOL_ERROR],
  ['a status of two digits', headers(1, literal(':status', '20')), PROTOCOL_ERROR],
  ['a status in words', headers(1, literal(':status', 'yes')), PROTOCOL_ERROR],
  ['a switch of protocols', headers(1, literal(':status', '101')), PROTOCOL_ERROR],
  ['an interim answer as the last', headers(1, literal(':status', '103'), END_HEADERS | END_STREAM), PROTOCOL_ERROR],
  ['a header of requests', headers(1, many(1, STATUS_200, literal(':path', '/'))), PROTOCOL_ERROR],
  ['a name in capitals', headers(1, many(1, STATUS_200, literal('X-A', 'b'))), PROTOCOL_ERROR],
  ['an empty name', headers(1, many(1, STATUS_200, literal('', 'b'))), PROTOCOL_ERROR],
  ['a value with a line break', headers(1, many(1, STATUS_200, literal('x-a', 'b\r\nc: d'))), PROTOCOL_ERROR],
  ['a header of HTTP/1.1', headers(1, many(1, STATUS_200, literal('connection', 'close'))), PROTOCOL_ERROR],
  ['trailers that are not the end', many(1, headers(1), headers(1, literal('x-a', 'b'))), PROTOCOL_ERROR],
  ['trailers with a status', many(1, headers(1), headers(1, STATUS_200, END_HEADERS | END_STREAM)), PROTOCOL_ERROR],
  ['a length that is none', headers(1, many(1, STATUS_200, literal('content-length', '-1'))), PROTOCOL_ERROR],
  [
    'a body of another length than announced',
    many(
      1,
      headers(1, many(1, STATUS_200, literal('content-length', '2'))),
      frame('DATA', { streamId: 1, flags: END_STREAM, payload: [1] }),
    ),
    PROTOCOL_ERROR,
  ],
  ['more headers than announced', headers(1, EXPANDING), PROTOCOL_ERROR],
];
