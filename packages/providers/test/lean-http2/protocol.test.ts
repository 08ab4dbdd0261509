import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ErrorCode } from '../../src/lean-http2/codes.ts';
import { Violation } from '../../src/lean-http2/violation.ts';
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
} from '../support/frames.ts';
import { BAD_BEGINNINGS, STREAM_ERRORS, VIOLATIONS } from '../support/hostile-frames.ts';
import { inFlight, summary } from '../support/protocol.ts';

const ANSWERS = Buffer.concat([
  settings({ MAX_CONCURRENT_STREAMS: 100, INITIAL_WINDOW_SIZE: 1000 }),
  frame('SETTINGS', { flags: ACK }),
  frame('WINDOW_UPDATE', { payload: uint32(1_000_000) }),
  // In one part, and after an interim answer.
  frame('HEADERS', { streamId: 3, flags: END_HEADERS, payload: literal(':status', '103') }),
  frame('HEADERS', { streamId: 3, flags: END_HEADERS, payload: STATUS_200 }),
  frame('DATA', { streamId: 3, flags: END_STREAM, payload: Buffer.from('three') }),
  // Padded, with a deprecated priority, in parts, with trailers.
  frame('HEADERS', {
    streamId: 1,
    flags: END_HEADERS | PADDED | PRIORITY,
    payload: Buffer.concat([
      Buffer.from([2, 0, 0, 0, 0, 16]),
      STATUS_200,
      literal('content-length', '6'),
      Buffer.alloc(2),
    ]),
  }),
  frame('DATA', {
    streamId: 1,
    flags: PADDED,
    payload: Buffer.from([3, ...Buffer.from('öne').subarray(0, 1), 0, 0, 0]),
  }),
  frame('PING', { payload: Buffer.from('12345678') }),
  frame('DATA', { streamId: 1, payload: Buffer.from('öne').subarray(1) }),
  frame('DATA', { streamId: 1, payload: Buffer.from('ly') }),
  frame('HEADERS', { streamId: 1, flags: END_HEADERS | END_STREAM, payload: literal('x-trailer', '1') }),
  // In pieces, without a body; a type that no one knows; a reset.
  frame('HEADERS', { streamId: 5, flags: END_STREAM, payload: [] }),
  frame('CONTINUATION', { streamId: 5, payload: STATUS_200 }),
  frame('CONTINUATION', { streamId: 5, flags: END_HEADERS, payload: literal('retry-after', '7') }),
  frame(0xfa, { streamId: 99, payload: Buffer.alloc(100) }),
  frame('RST_STREAM', { streamId: 7, payload: uint32(7) }),
  frame('GOAWAY', { payload: Buffer.concat([uint32(9, 0), Buffer.from('good night')]) }),
]);

const ENDS = [
  [3, '200 three'],
  [1, '200 önely'],
  [5, '200 '],
  [7, ErrorCode.REFUSED_STREAM],
  [11, ErrorCode.REFUSED_STREAM],
];

describe('answers are read', () => {
  test.each([1, 2, 3, 8, 10, 17, 100, 10_000])('from chunks of %i bytes', (size) => {
    const { protocol, ends, goaways } = inFlight(6);
    for (let at = 0; at < ANSWERS.length; at += size) protocol.receive(ANSWERS.subarray(at, at + size));
    expect(summary(ends)).toEqual(ENDS);
    expect(ends.get(5)).toMatchObject({ answer: { headers: { 'retry-after': '7' } } });
    expect(goaways).toEqual([9]);
    expect(protocol.streamLimit).toBe(100);
  });

  test('from chunks of any sizes', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 100 }), (sizes) => {
        const { protocol, ends } = inFlight(6);
        let at = 0;
        for (const size of [...sizes, ANSWERS.length]) {
          protocol.receive(ANSWERS.subarray(at, at + size));
          at = Math.min(ANSWERS.length, at + size);
        }
        expect(summary(ends)).toEqual(ENDS);
      }),
    );
  });
});

/** What a connection with stream 1 open does with these bytes. */
function violationOf(bytes: Buffer): number | undefined {
  const { protocol } = inFlight(1);
  try {
    protocol.receive(bytes);
    return undefined;
  } catch (error) {
    if (error instanceof Violation) return error.code;
    throw error;
  }
}

describe('a violation ends the connection', () => {
  test.each(BAD_BEGINNINGS)('that begins with %s', (_what, bytes, code) => {
    expect(violationOf(bytes)).toBe(code);
  });

  test.each(VIOLATIONS)('%s', (_what, bytes, code) => {
    expect(violationOf(Buffer.concat([settings(), bytes]))).toBe(code);
  });
});

describe('a malformed answer ends its stream only', () => {
  test.each(STREAM_ERRORS)('%s', (_what, bytes, code) => {
    const { protocol, ends, takeFrames } = inFlight(2);
    protocol.receive(settings());
    takeFrames();
    protocol.receive(bytes);
    expect(summary(ends)).toEqual([[1, code]]);
    expect(takeFrames()).toContainEqual({ type: 'RST_STREAM', flags: 0, streamId: 1, payload: uint32(code) });
    // Even the table of headers is as before.
    protocol.receive(frame('HEADERS', { streamId: 3, flags: END_HEADERS | END_STREAM, payload: STATUS_200 }));
    expect(summary(ends)).toEqual([
      [1, code],
      [3, '200 '],
    ]);
  });
});

describe('whatever arrives', () => {
  const anyOutcome = (bytes: Buffer): void => {
    const code = violationOf(bytes);
    expect(code === undefined || code > ErrorCode.NO_ERROR).toBe(true);
  };

  test('as garbage is a violation or ignored', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (garbage) => anyOutcome(Buffer.from(garbage))),
      { numRuns: 1000 },
    );
  });

  test('in frames of any kind is a violation or ignored', () => {
    const aFrame = fc
      .record({
        type: fc.integer({ min: 0, max: 10 }),
        flags: fc.integer({ min: 0, max: 255 }),
        streamId: fc.oneof(fc.constantFrom(0, 1, 3), fc.nat({ max: 2 ** 31 - 1 })),
        payload: fc.uint8Array({ maxLength: 40 }).map((payload) => Buffer.from(payload)),
      })
      .map(({ type, ...parts }) => frame(type, parts));
    fc.assert(
      fc.property(fc.array(aFrame, { maxLength: 8 }), (frames) => anyOutcome(Buffer.concat([settings(), ...frames]))),
      { numRuns: 5000 },
    );
  });

  test('in good answers of which bytes were changed is a violation or ignored', () => {
    const aChange = fc.record({ at: fc.nat({ max: ANSWERS.length - 1 }), byte: fc.integer({ min: 0, max: 255 }) });
    fc.assert(
      fc.property(fc.array(aChange, { minLength: 1, maxLength: 4 }), (changes) => {
        const bytes = Buffer.from(ANSWERS);
        for (const { at, byte } of changes) bytes[at] = byte;
        const { protocol } = inFlight(6);
        try {
          protocol.receive(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(Violation);
        }
      }),
      { numRuns: 5000 },
    );
  });
});
