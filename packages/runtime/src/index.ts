export * from './client-address.ts';
export * from './closer.ts';
export * from './env.ts';
export {
  answerHealth,
  type Drainable,
  drainable,
  type HealthAnswer,
  type Readiness,
  startHealthServer,
} from './health.ts';
export * from './listen.ts';
export * from './log.ts';
export * from './metrics.ts';
export { startMetricsServer } from './metrics-server.ts';
export * from './process-env.ts';
export * from './requests-in-hand.ts';
export * from './run.ts';
export * from './thread.ts';
export * from './tracing.ts';
export * from './unread-bodies.ts';
export * from './version.ts';
