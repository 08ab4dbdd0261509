import { deliveryId } from '@fanfare/core';
import type { Redis } from 'ioredis';
import {
  ActiveApps,
  type DeliveryJob,
  type JobInHand,
  LockRenewal,
  type Step,
  DeliveryJob as schema,
  type Work,
  type WorkOptions,
  work,
} from '../../src/index.ts';

/** An event key as `newEventKey` makes it. */
export const EVENT = 'em5x8k2a0abc123';

/** A delivery of it. */
export const delivery = (ordinal: number): DeliveryJob => ({
  eventKey: EVENT,
  slice: 0,
  ordinal,
});

/** The id of its job. */
export const idOf = (ordinal: number): string => deliveryId(EVENT, ordinal);

/** A worker under test and what it has received. */
export interface TestWorker extends Work, AsyncDisposable {
  /** The jobs it was given, in order. */
  jobs: JobInHand<DeliveryJob>[];
  /** The errors passed to `onError`. */
  errors: { message: string; jobId: string | undefined }[];
}

/** Starts a worker, by default on deliveries of the custom provider, lane chat, shard 0. */
export function startWorker(
  redis: Redis,
  handle: (job: JobInHand<DeliveryJob>) => Step | Promise<Step>,
  options: Partial<WorkOptions<DeliveryJob>> = {},
): TestWorker {
  const jobs: JobInHand<DeliveryJob>[] = [];
  const errors: TestWorker['errors'] = [];
  const renewal = new LockRenewal(redis, ({ message }) => errors.push({ message, jobId: undefined }));
  const running = work<DeliveryJob>({
    redis,
    shared: { renewal, poll: undefined, apps: new ActiveApps() },
    kind: 'deliveries-custom',
    lane: 'chat',
    shard: 0,
    concurrency: 10,
    schema,
    handle: async (job) => {
      jobs.push(job);
      return handle(job);
    },
    onError: ({ message }, jobId) => errors.push({ message, jobId }),
    ...options,
  });
  const close = async (graceMs: number) => {
    await running.close(graceMs);
    await renewal.close();
  };
  return {
    jobs,
    errors,
    close,
    [Symbol.asyncDispose]: () => close(0),
  };
}

/** A gate that handlers wait at until the test opens it. */
export function gate(): { opened: Promise<void>; open(): void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}
