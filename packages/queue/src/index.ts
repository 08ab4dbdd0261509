export { type OpenQueue, type OpenQueues, openQueues, QUEUE_KINDS } from './all-queues.ts';
export { type QueueGauges, readQueues } from './gauges.ts';
export { DeliveryJob, EventJob, encodeDeliveryJob, inWords } from './jobs.ts';
export { LockRenewal } from './lock-renewal.ts';
export { type QueueKind, queueName } from './names.ts';
export * from './next-step.ts';
export * from './producer.ts';
export * from './work.ts';
export { type WorkOnShards, workTogether } from './work-together.ts';
