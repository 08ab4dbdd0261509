import type { Attributes, SpanContext } from '@opentelemetry/api';

/** A step to trace. */
export interface TracedStep {
  name: string;
  /** The `traceparent` (https://www.w3.org/TR/trace-context) that it belongs to. */
  parent: string | undefined;
  attributes: Attributes;
}

/** Traces steps of the pipeline. Off, it only runs them. */
export interface Tracing {
  /**
   * Runs a step that may begin a trace, with the `traceparent` to pass on: undefined if it is not sampled. An error
   * with an HTTP `status` below 500 does not make it a failed one.
   */
  begin<T>(step: TracedStep, work: (traceparent: string | undefined) => Promise<T>): Promise<T>;
  /** The same of a step of a trace that was begun; untraced without a parent. */
  follow<T>(step: TracedStep, work: (traceparent: string | undefined) => Promise<T>): Promise<T>;
  /** Exports what is left. */
  close(): Promise<void>;
}

/** Tracing that is off. */
export const NO_TRACING: Tracing = {
  begin: (_step, work) => work(undefined),
  follow: (_step, work) => work(undefined),
  close: async () => {},
};

/** How long spans are collected before they are exported, ms. */
const EXPORT_EVERY_MS = 1000;

/** The part of a process's configuration that says whether and where it traces. */
interface TracingConfig {
  OTEL_EXPORTER_OTLP_ENDPOINT?: string | undefined;
  OTEL_TRACES_SAMPLER_ARG: number;
}

/**
 * Traces to the OTLP endpoint of the configuration; without one, OpenTelemetry is not even loaded. What a caller has
 * sampled is; of the rest, the configured share.
 */
export async function startTracing(service: string, config: TracingConfig): Promise<Tracing> {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_TRACES_SAMPLER_ARG: ratio } = config;
  if (endpoint === undefined) return NO_TRACING;
  const [api, sdk, { OTLPTraceExporter }, { resourceFromAttributes }] = await Promise.all([
    import('@opentelemetry/api'),
    import('@opentelemetry/sdk-trace-base'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/resources'),
  ]);
  const exporter = new OTLPTraceExporter({ url: `${endpoint.replace(/\/$/, '')}/v1/traces` });
  const provider = new sdk.BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': `fanfare-${service}` }),
    sampler: new sdk.ParentBasedSampler({ root: new sdk.TraceIdRatioBasedSampler(ratio) }),
    spanProcessors: [new sdk.BatchSpanProcessor(exporter, { scheduledDelayMillis: EXPORT_EVERY_MS })],
  });
  const tracer = provider.getTracer('fanfare');
  const begin: Tracing['begin'] = async ({ name, parent, attributes }, work) => {
    const remote = parent === undefined ? undefined : parseTraceparent(parent);
    const context = remote ? api.trace.setSpanContext(api.ROOT_CONTEXT, remote) : api.ROOT_CONTEXT;
    const span = tracer.startSpan(name, { attributes }, context);
    try {
      return await work(span.isRecording() ? traceparentOf(span.spanContext()) : undefined);
    } catch (error) {
      if (!isMistake(error)) span.setStatus({ code: api.SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  };
  return {
    begin,
    follow: (step, work) => (step.parent === undefined ? work(undefined) : begin(step, work)),
    close: () => provider.shutdown(),
  };
}

/** Whether an error is a mistake of the caller, by its HTTP status: the step did what it should. */
const isMistake = (error: unknown): boolean =>
  error instanceof Error && 'status' in error && typeof error.status === 'number' && error.status < 500;

const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})/;

function parseTraceparent(text: string): SpanContext | undefined {
  const [, traceId, spanId, flags] = TRACEPARENT.exec(text) ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & 1, isRemote: true };
}

const traceparentOf = ({ traceId, spanId, traceFlags }: SpanContext): string =>
  `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
