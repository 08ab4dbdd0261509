import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { expect, test } from '@jest/globals';
import { listen, startTracing } from '../src/index.ts';

/** A collector that keeps the status codes of the spans it is sent by OTLP, by their names. */
async function startCollector() {
  const statuses = new Map<string, number | undefined>();
  const server = createServer(async (request, response) => {
    // biome-ignore lint/suspicious/noExplicitAny: read as what the exporter sends.
    const { resourceSpans } = (await json(request)) as any;
    for (const { name, status } of resourceSpans[0].scopeSpans[0].spans) statuses.set(name, status.code);
    response.setHeader('content-type', 'application/json').end('{}');
  });
  const { port, close } = await listen(server, { host: '127.0.0.1', port: 0 });
  return { statuses, url: `http://127.0.0.1:${port}`, [Symbol.asyncDispose]: () => close() };
}

/** Codes of https://opentelemetry.io/docs/specs/otel/trace/api/#set-status. */
const [UNSET, ERROR] = [0, 2];

test('a step fails with any error but a mistake of the caller', async () => {
  await using collector = await startCollector();
  const config = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_TRACES_SAMPLER_ARG: 1 };
  const tracing = await startTracing('test', config);
  const failing = async (name: string, error: unknown) => {
    const step = tracing.begin({ name, parent: undefined, attributes: {} }, () => Promise.reject(error));
    await expect(step).rejects.toBe(error);
  };
  await failing('refused', Object.assign(new Error('no JSON'), { status: 400 }));
  await failing('overloaded', Object.assign(new Error('full'), { status: 503 }));
  await failing('broken', new Error('a bug'));
  await failing('nothing', undefined);
  await tracing.close();
  expect(Object.fromEntries(collector.statuses)).toEqual({
    refused: UNSET,
    overloaded: ERROR,
    broken: ERROR,
    nothing: ERROR,
  });
});
