import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Ended, Exchange, Http2Request } from '../../src/http2/connection.ts';
import { ErrorCode } from '../../src/lean-http2/codes.ts';
import { HpackDecoder } from '../../src/lean-http2/hpack/decoder.ts';
import { ACK, END_HEADERS, END_STREAM, frame, STATUS_200, settings, uint32 } from '../support/frames.ts';
import { A_REQUEST, inFlight, startProtocol, summary } from '../support/protocol.ts';

const exchange = (changes: Partial<Http2Request>, ended: (end: Ended) => void = () => undefined): Exchange => ({
  request: { ...A_REQUEST, ...changes },
  ended,
});

describe('a request', () => {
  test('has the headers of a POST, then its body', () => {
    const { protocol, takeFrames } = startProtocol();
    takeFrames();
    protocol.send(exchange({ headers: { authorization: 'bearer x' }, body: 'grüß dich 👋' }));
    const [headers, data] = takeFrames();
    expect(headers).toMatchObject({ type: 'HEADERS', streamId: 1, flags: END_HEADERS });
    const block = headers?.payload ?? Buffer.alloc(0);
    const fields = new HpackDecoder(1000).decode(block, 0, block.length);
    expect(fields?.map(({ name, value }) => `${name}: ${value}`)).toEqual([
      ':method: POST',
      ':scheme: https',
      ':authority: push.acme.com',
      ':path: /push',
      'authorization: bearer x',
    ]);
    const payload = Buffer.from('grüß dich 👋');
    expect(data).toEqual({ type: 'DATA', streamId: 1, flags: END_STREAM, payload });
  });

  test('without a body ends with its headers', () => {
    const { protocol, takeFrames } = startProtocol();
    takeFrames();
    protocol.send(exchange({ body: '' }));
    expect(takeFrames()).toMatchObject([{ type: 'HEADERS', flags: END_HEADERS | END_STREAM }]);
  });

  test('with headers beyond a frame continues them', () => {
    const { protocol, takeFrames } = startProtocol();
    takeFrames();
    protocol.send(exchange({ headers: { 'x-a': 'a'.repeat(40_000) } }));
    expect(takeFrames().map(({ type, flags, payload }) => [type, flags, payload.length > 16_384])).toEqual([
      ['HEADERS', 0, false],
      ['CONTINUATION', 0, false],
      ['CONTINUATION', END_HEADERS, false],
      ['DATA', END_STREAM, false],
    ]);
  });

  test('that is cancelled is reset, and late frames of it are ignored', () => {
    const { protocol, takeFrames } = startProtocol();
    protocol.receive(settings());
    const ends: Ended[] = [];
    const stream = protocol.send(exchange({}, (end) => ends.push(end)));
    takeFrames();
    stream.cancel();
    stream.cancel();
    expect(takeFrames()).toEqual([{ type: 'RST_STREAM', flags: 0, streamId: 1, payload: uint32(ErrorCode.CANCEL) }]);
    protocol.receive(frame('HEADERS', { streamId: 1, flags: END_HEADERS, payload: STATUS_200 }));
    protocol.receive(frame('DATA', { streamId: 1, flags: END_STREAM, payload: [1, 2, 3] }));
    expect(ends).toMatchObject([{ kind: 'broken', rstCode: ErrorCode.CANCEL }]);
  });

  test('is not sent further once the server has answered', () => {
    const { protocol, takeFrames } = startProtocol();
    protocol.receive(settings({ INITIAL_WINDOW_SIZE: 2 }));
    const ends = new Map<number, Ended>();
    protocol.send(exchange({}, (end) => ends.set(1, end)));
    protocol.receive(frame('HEADERS', { streamId: 1, flags: END_HEADERS | END_STREAM, payload: STATUS_200 }));
    protocol.receive(frame('WINDOW_UPDATE', { streamId: 1, payload: uint32(100) }));
    expect(summary(ends)).toEqual([[1, '200 ']]);
    expect(takeFrames().slice(-2)).toMatchObject([
      { type: 'DATA', payload: Buffer.from('he') },
      { type: 'RST_STREAM', payload: uint32(ErrorCode.CANCEL) },
    ]);
  });
});

test('a connection begins with our settings, and acknowledges those of the server', () => {
  const { protocol, takeFrames } = startProtocol();
  expect(takeFrames()).toMatchObject([
    { type: 'SETTINGS', flags: 0, streamId: 0 },
    { type: 'WINDOW_UPDATE', streamId: 0 },
  ]);
  protocol.receive(settings());
  expect(takeFrames()).toEqual([{ type: 'SETTINGS', flags: ACK, streamId: 0, payload: Buffer.alloc(0) }]);
});

test('pings are answered, and the answers to ours are reported', () => {
  const { protocol, takeFrames } = startProtocol();
  protocol.receive(settings());
  takeFrames();
  const payload = Buffer.from('12345678');
  protocol.receive(frame('PING', { payload }));
  expect(takeFrames()).toEqual([{ type: 'PING', flags: ACK, streamId: 0, payload }]);
  let answers = 0;
  protocol.ping(() => {
    answers += 1;
  });
  const [ping] = takeFrames();
  expect([ping?.type, ping?.flags, answers]).toEqual(['PING', 0, 0]);
  for (const _ of [1, 2]) protocol.receive(frame('PING', { flags: ACK, payload: ping?.payload ?? [] }));
  expect(answers).toBe(1);
});

describe('a GOAWAY', () => {
  const goaway = (last: number, code: number = ErrorCode.NO_ERROR) => frame('GOAWAY', { payload: uint32(last, code) });

  test('in two steps refuses only what is above the second', () => {
    const { protocol, ends, goaways } = inFlight(3);
    protocol.receive(Buffer.concat([settings(), goaway(2 ** 31 - 1)]));
    expect(summary(ends)).toEqual([]);
    protocol.receive(goaway(3));
    expect(summary(ends)).toEqual([[5, ErrorCode.REFUSED_STREAM]]);
    protocol.receive(frame('HEADERS', { streamId: 1, flags: END_HEADERS | END_STREAM, payload: STATUS_200 }));
    expect(ends.get(1)).toMatchObject({ kind: 'answered' });
    expect(goaways).toEqual([2 ** 31 - 1, 3]);
  });

  test('with an error reports it after what it refuses', () => {
    const { protocol, ends, failures } = inFlight(2);
    protocol.receive(Buffer.concat([settings(), goaway(1, ErrorCode.ENHANCE_YOUR_CALM)]));
    expect(summary(ends)).toEqual([[3, ErrorCode.REFUSED_STREAM]]);
    expect(failures).toMatchObject([{ code: 'ERR_HTTP2_SESSION_ERROR' }]);
  });
});

describe('windows', () => {
  const aStep = fc.oneof(
    fc.record({ kind: fc.constant('send' as const), length: fc.integer({ min: 1, max: 60_000 }) }),
    fc.record({
      kind: fc.constant('stream' as const),
      index: fc.nat({ max: 9 }),
      by: fc.integer({ min: 1, max: 40_000 }),
    }),
    fc.record({ kind: fc.constant('connection' as const), by: fc.integer({ min: 1, max: 100_000 }) }),
    fc.record({ kind: fc.constant('initial' as const), size: fc.integer({ min: 0, max: 70_000 }) }),
  );

  test('of the server are never exceeded, and fully used', () => {
    fc.assert(
      fc.property(fc.array(aStep, { maxLength: 40 }), (steps) => {
        const { protocol, takeFrames } = startProtocol();
        protocol.receive(settings());
        const bodies: { text: string; window: number; received: number; isEnded: boolean }[] = [];
        let connection = 65_535;
        let initial = 65_535;
        for (const step of steps) {
          if (step.kind === 'send') {
            const text = String(bodies.length).repeat(step.length).slice(0, step.length);
            bodies.push({ text, window: initial, received: 0, isEnded: false });
            protocol.send(exchange({ body: text }));
          } else if (step.kind === 'connection') {
            connection += step.by;
            protocol.receive(frame('WINDOW_UPDATE', { payload: uint32(step.by) }));
          } else if (step.kind === 'initial') {
            for (const body of bodies) body.window += step.size - initial;
            initial = step.size;
            protocol.receive(settings({ INITIAL_WINDOW_SIZE: step.size }));
          } else if (bodies[step.index] !== undefined) {
            (bodies[step.index] as { window: number }).window += step.by;
            protocol.receive(frame('WINDOW_UPDATE', { streamId: 2 * step.index + 1, payload: uint32(step.by) }));
          }
          for (const { type, streamId, payload, flags } of takeFrames()) {
            const body = bodies[(streamId - 1) / 2];
            if (type !== 'DATA' || body === undefined) continue;
            expect(body.isEnded).toBe(false);
            expect(payload.toString()).toBe(body.text.slice(body.received, body.received + payload.length));
            body.received += payload.length;
            body.window -= payload.length;
            connection -= payload.length;
            body.isEnded = (flags & END_STREAM) !== 0;
            expect(body.isEnded).toBe(body.received === body.text.length);
            expect(Math.min(body.window, connection)).toBeGreaterThanOrEqual(0);
          }
          const stalled = bodies.filter(({ isEnded, window }) => !isEnded && window > 0);
          expect(stalled.length > 0 && connection > 0).toBe(false);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('of ours are enlarged again as answers arrive', () => {
    const { protocol, takeFrames } = inFlight(1);
    protocol.receive(settings());
    protocol.receive(frame('HEADERS', { streamId: 1, flags: END_HEADERS, payload: STATUS_200 }));
    takeFrames();
    const part = Buffer.alloc(16_000);
    for (const _ of [1, 2, 3]) protocol.receive(frame('DATA', { streamId: 1, payload: part }));
    expect(takeFrames()).toEqual([{ type: 'WINDOW_UPDATE', flags: 0, streamId: 1, payload: uint32(48_000) }]);
  });
});
