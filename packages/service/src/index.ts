export { announce } from './announce.ts';
export { type Listening, listen } from './listen.ts';
export { metricsNow } from './metrics-now.ts';
export { openService, openStats, type Service, type ServiceConfig, type ServiceOptions } from './open.ts';
