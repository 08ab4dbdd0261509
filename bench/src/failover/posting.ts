import { setTimeout as delay } from 'node:timers/promises';
import { directMessage, groupMessage, ring } from '../system/events.ts';
import type { FailoverSystem } from './system.ts';

/** Requests at a time. */
const CLIENTS = 10;
const AGAIN_MS = 100;

/** An event that was answered with 202. */
export interface Answered {
  id: string;
  /** `performance.now()` of the answer. */
  at: number;
  /** How long the answer took, of the attempt that succeeded. */
  ms: number;
}

/** The `n`th event: mostly messages to a user each, some calls, and now and then a message to the group of 100. */
function event(n: number): { id: string } {
  if (n % 50 === 0) return groupMessage(`hundred-${n}`, 'hundred');
  return n % 10 === 0 ? ring(`call-${n}`, `user-${n}`) : directMessage(`message-${n}`, `user-${n}`);
}

/** Posts one event until it is answered with 202, as a chat backend does that repeats what failed. */
export async function post({ url, headers }: FailoverSystem, one: { id: string }): Promise<Answered> {
  const body = JSON.stringify(one);
  for (;;) {
    const startedAt = performance.now();
    const status = await fetch(`${url}/v3/events`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body,
    }).then(
      async (answer) => {
        await answer.arrayBuffer();
        return answer.status;
      },
      () => undefined,
    );
    const at = performance.now();
    if (status === 202) return { id: one.id, at, ms: at - startedAt };
    await delay(AGAIN_MS);
  }
}

/** Posts events one after the other, ten at a time, from number `from` while `isWanted`. Returns those answered. */
export async function postWhile(
  system: FailoverSystem,
  from: number,
  isWanted: (answered: readonly Answered[]) => boolean,
): Promise<Answered[]> {
  const answered: Answered[] = [];
  let n = from;
  const client = async () => {
    while (isWanted(answered)) answered.push(await post(system, event(n++)));
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  return answered;
}
