import { Child } from '../child/child.ts';
import type { Target } from './client.ts';
import type { ClientCalls } from './client-process.ts';
import { CLIENT_NAMES, CLIENTS, type ClientName } from './clients.ts';
import type { Load, Measured } from './drive.ts';
import type { Seen, SimulatorCalls } from './simulator-process.ts';

/** The latency of every answer of the simulated services. */
export const LATENCY_MS = 20;

export interface RoundsOptions {
  /** Counted sends per client and round. */
  sends: number;
  /** Counted rounds at each concurrency. */
  rounds: number;
  concurrency: readonly number[];
  /** All by default. */
  clients?: readonly ClientName[];
}

/** One round of one client. */
export interface Sample {
  client: ClientName;
  concurrency: number;
  /** Starts at 1; round 0 is not counted. */
  round: number;
  sendsPerSecond: number;
  cpuMicrosPerSend: number;
  bodyBytes: number;
  /** Undefined if every send was accepted exactly once. */
  loss: string | undefined;
}

/** The processes of a run. */
interface Stage {
  simulator: Child<SimulatorCalls>;
  clients: ReadonlyMap<ClientName, Child<ClientCalls>>;
}

/**
 * Measures every client in turn, round by round, so that a noisy moment affects all alike. Round 0 at each concurrency
 * warms up the compiler: it is not counted, but must not lose anything either. `onSample` is called after every round.
 */
export async function runRounds(options: RoundsOptions, onSample: (sample: Sample) => void): Promise<Sample[]> {
  const simulator = new Child<SimulatorCalls>(new URL('./simulator-process.js', import.meta.url));
  const clients = new Map((options.clients ?? CLIENT_NAMES).map((name) => [name, newClient()]));
  try {
    const target = await simulator.call('target', undefined);
    await openAll(clients, target, Math.max(...options.concurrency));
    const samples: Sample[] = [];
    for (const plan of plans(options)) {
      const sample = await runRound({ simulator, clients }, { ...plan, sends: options.sends });
      onSample(sample);
      samples.push(sample);
    }
    return samples;
  } finally {
    for (const child of [...clients.values(), simulator]) child.close();
  }
}

const newClient = () => new Child<ClientCalls>(new URL('./client-process.js', import.meta.url));

async function openAll(clients: Stage['clients'], target: Target, concurrency: number): Promise<void> {
  for (const [name, client] of clients) await client.call('open', { name, target, concurrency });
}

interface Plan {
  client: ClientName;
  concurrency: number;
  round: number;
}

function* plans({ concurrency: levels, rounds, clients = CLIENT_NAMES }: RoundsOptions): Generator<Plan> {
  for (const concurrency of levels) {
    for (let round = 0; round <= rounds; round += 1) {
      for (const client of clients) yield { client, concurrency, round };
    }
  }
}

async function runRound({ simulator, clients }: Stage, plan: Plan & { sends: number }): Promise<Sample> {
  const { sends, ...rest } = plan;
  const load: Load = { sends, warmUp: 2 * plan.concurrency, concurrency: plan.concurrency };
  await simulator.call('reset', { latencyMs: LATENCY_MS });
  const child = clients.get(plan.client) as Child<ClientCalls>;
  const measured = await child.call('run', load, limitMs(load));
  const seen = await simulator.call('seen', { service: CLIENTS[plan.client].service });
  return {
    ...rest,
    sendsPerSecond: sends / measured.seconds,
    cpuMicrosPerSend: measured.cpuMicros / sends,
    bodyBytes: seen.bodyBytes,
    loss: lossOf(load, measured, seen),
  };
}

/** The limit after which a round is stuck: ten times its latency, plus half a minute. */
const limitMs = ({ sends, warmUp, concurrency }: Load): number =>
  30_000 + (sends + warmUp) * (2 + (10 * LATENCY_MS) / concurrency);

/** Both sides must have counted every send. */
function lossOf({ sends, warmUp }: Load, { accepted, problem }: Measured, seen: Seen): string | undefined {
  const all = sends + warmUp;
  if (accepted === all && seen.accepted === all && seen.acceptedTwice === 0) return undefined;
  const counted = `of ${all} sends the client saw ${accepted} accepted, the service ${seen.accepted}`;
  return `${counted}, ${seen.acceptedTwice} of them twice${problem === undefined ? '' : `; first: ${problem}`}`;
}
