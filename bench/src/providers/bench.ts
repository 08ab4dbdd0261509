import { CLIENTS } from './clients.ts';
import { LATENCY_MS, type RoundsOptions, runRounds, type Sample } from './rounds.ts';
import { SUMMARY_HEAD, summaryRows } from './summary.ts';

/** What a bench leaves behind. */
export interface BenchResult {
  title: string;
  head: readonly string[];
  rows: readonly (readonly string[])[];
  /** What the reader must know. */
  notes: readonly string[];
  /** Rounds in which something was lost; their figures are worth nothing. */
  losses: readonly string[];
}

const NOTES = [
  `Every answer takes ${LATENCY_MS} ms. The simulated services and each client run in a process of their own on the same machine; the clients take turns, round by round.`,
  'Medians over the rounds. CPU: user and system time of the client’s process, garbage collection included. "CPU : ours" above 1 is in our favour.',
  '"Sends/s per core" is what that CPU allows. "Sends/s" is what happened: the simulators share the cores and bind it.',
  'Fanfare renders the notification, fits it into the size limit and classifies the answer; the others are handed the finished message, built anew for each send. Webhooks are plain HTTP, unsigned.',
  'Every send of every round was accepted, once, by the count of both sides; otherwise this file is not written.',
];

/** Each provider client alone, beside the public one for its service. */
export async function benchProviders(options: RoundsOptions, say: (line: string) => void): Promise<BenchResult> {
  const samples = await runRounds(options, (sample) => say(progressLine(sample)));
  return {
    title: 'Provider clients',
    head: SUMMARY_HEAD,
    rows: summaryRows(samples),
    notes: NOTES,
    losses: samples.filter(({ loss }) => loss !== undefined).map((sample) => `${nameOf(sample)}: ${sample.loss}`),
  };
}

function progressLine(sample: Sample): string {
  const figures = `${sample.sendsPerSecond.toFixed(0)} sends/s, ${sample.cpuMicrosPerSend.toFixed(1)} µs`;
  return `${nameOf(sample)}: ${sample.loss === undefined ? figures : `LOST: ${sample.loss}`}`;
}

function nameOf({ client, concurrency, round }: Sample): string {
  const { service, label } = CLIENTS[client];
  return `${concurrency} at once, ${round === 0 ? 'warm-up' : `round ${round}`}, ${service}, ${label}`;
}
