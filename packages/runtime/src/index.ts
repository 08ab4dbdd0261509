export * from './closer.ts';
export * from './env.ts';
export * from './health.ts';
export * from './listen.ts';
export * from './log.ts';
export * from './metrics.ts';
export * from './process-env.ts';
export * from './run.ts';
