import { serve } from '../child/serve.ts';
import type { Client, Target } from './client.ts';
import { CLIENTS, type ClientName } from './clients.ts';
import { drive, type Load, type Measured } from './drive.ts';

let client: Client | undefined;
/** The number of the next push. */
let next = 0;

const calls = {
  open({ name, target, concurrency }: { name: ClientName; target: Target; concurrency: number }): void {
    client = CLIENTS[name].open(target, concurrency);
  },

  run(load: Load): Promise<Measured> {
    if (client === undefined) throw new Error('open comes first');
    const first = next;
    next += load.warmUp + load.sends;
    return drive(client, first, load);
  },
};

/** One client alone in its process, so that the cost of the process is the cost of the client. */
export type ClientCalls = typeof calls;

serve(calls);
