import { createServer } from 'node:http';
import { listen } from '@fanfare/runtime';
import { until } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { aCall, aGroupMessage, aMessage } from '../support/events.ts';
import { startSystem } from '../support/system.ts';

interface Span {
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
}

/** A collector that keeps the spans it is sent by OTLP, as JSON. */
async function startCollector() {
  const spans: Span[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { resourceSpans } = JSON.parse(Buffer.concat(chunks).toString());
    for (const { scopeSpans } of resourceSpans) for (const scope of scopeSpans) spans.push(...scope.spans);
    response.setHeader('content-type', 'application/json').end('{}');
  });
  const { port, close } = await listen(server, { host: '127.0.0.1', port: 0 });
  return { spans, url: `http://127.0.0.1:${port}`, [Symbol.asyncDispose]: () => close() };
}

const TRACE = 'a'.repeat(32);
const headers = (flags: string) => ({ traceparent: `00-${TRACE}-${'b'.repeat(16)}-${flags}` });

test('a caller’s trace goes on from accepting to sending, and what is not sampled leaves none', async () => {
  await using collector = await startCollector();
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_TRACES_SAMPLER_ARG: '0' };
  await using system = await startSystem({ env });
  const untraced = aMessage();
  await system.backend.post('/v3/events', untraced);
  await system.backend.call('POST', '/v3/events', aCall(), headers('00'));
  await system.done(untraced.id);
  const traced = aMessage();
  await system.backend.call('POST', '/v3/events', traced, headers('01'));
  await system.done(traced.id);
  await until(() => collector.spans.length >= 3, 'spans arrive');
  const accept = collector.spans.find(({ name }) => name === 'accept');
  expect(accept).toMatchObject({ traceId: TRACE, parentSpanId: 'b'.repeat(16) });
  const slice = collector.spans.find(({ name }) => name === 'slice');
  expect(slice).toMatchObject({ traceId: TRACE, parentSpanId: accept?.spanId });
  const send = collector.spans.find(({ name }) => name === 'send');
  expect(send).toMatchObject({ traceId: TRACE, parentSpanId: slice?.spanId });
  expect(collector.spans).toHaveLength(3);
});

test('without a caller’s trace the configured share begins one', async () => {
  await using collector = await startCollector();
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_TRACES_SAMPLER_ARG: '1' };
  await using system = await startSystem({ env });
  const event = aGroupMessage('empty');
  await system.backend.post('/v3/events', event);
  await system.done(event.id);
  await until(() => collector.spans.length >= 2, 'spans arrive');
  expect(new Set(collector.spans.map(({ traceId }) => traceId)).size).toBe(1);
});
