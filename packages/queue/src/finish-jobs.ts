import { script } from '@fanfare/redis';
import type { Redis } from 'ioredis';

/** Why a job could not be finished, by the answer of the script. */
const REASONS: Readonly<Record<number, string>> = {
  [-2]: 'its lock has expired',
  [-3]: 'it is not active',
  [-6]: 'another worker has its lock',
};

/**
 * What BullMQ's `moveToFinished` does (version 6) for jobs that are complete and not kept, for many at once, except its
 * stream of events. Writes nothing that a Redis without memory refuses.
 */
const FINISH = script<number[]>(`
-- KEYS prefix of the queue's keys
-- ARGV of each job: id, token
-- returns of each job 0, or why it is not finished: -2 no lock, -3 not active, -6 another's lock
local queue, answers = KEYS[1], {}
for i = 1, #ARGV, 2 do
  local id, job = ARGV[i], queue .. ARGV[i]
  local token = redis.call('GET', job .. ':lock')
  local answer = 0
  if token ~= ARGV[i + 1] then
    answer = token and -6 or -2
  elseif redis.call('LREM', queue .. 'active', -1, id) == 0 then
    answer = -3
  else
    redis.call('DEL', job, job .. ':lock')
    redis.call('SREM', queue .. 'stalled', id)
  end
  answers[#answers + 1] = answer
end
return answers
`);

interface Finishing {
  id: string;
  token: string;
  resolve(): void;
  reject(error: Error): void;
}

/** Removes jobs that are done, those of one turn of the event loop together. */
export class Finisher {
  readonly #redis: Redis;
  readonly #queue: string;
  #batch: Finishing[] = [];

  /** `queue` is the prefix of its keys. */
  constructor(redis: Redis, queue: string) {
    this.#redis = redis;
    this.#queue = queue;
  }

  /** Removes a job. @throws if this worker has lost it, or without Redis. */
  finish(id: string, token: string): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#batch.length === 0) setImmediate(() => void this.#flush());
      this.#batch.push({ id, token, resolve, reject });
    });
  }

  async #flush(): Promise<void> {
    const batch = this.#batch;
    this.#batch = [];
    try {
      const answers = await FINISH(
        this.#redis,
        [this.#queue],
        batch.flatMap(({ id, token }) => [id, token]),
      );
      for (const [i, { id, resolve, reject }] of batch.entries()) {
        const reason = REASONS[answers[i] ?? 0];
        if (reason === undefined) resolve();
        else reject(new Error(`job ${id} cannot be finished: ${reason}`));
      }
    } catch (error) {
      for (const { reject } of batch) reject(error as Error);
    }
  }
}
