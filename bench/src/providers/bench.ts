import { CLIENTS } from './clients.ts';
import { LATENCY_MS, type RoundsOptions, runRounds, type Sample } from './rounds.ts';
import { SUMMARY_HEAD, summaryRows } from './summary.ts';

/** The result of a bench. */
export interface BenchResult {
  title: string;
  head: readonly string[];
  rows: readonly (readonly string[])[];
  /** Notes for the reader. */
  notes: readonly string[];
  /** Rounds with losses; their figures are invalid. */
  losses: readonly string[];
}

const NOTES = [
  `Every answer takes ${LATENCY_MS} ms. The clients take turns, round by round.`,
  'The simulated services and each client run in separate processes on the same machine.',
  'Medians over the rounds. CPU: user and system time of the client’s process, including garbage collection.',
  '"CPU : ours" above 1 is in our favour. "Sends/s per core" is what that CPU allows.',
  '"Sends/s" is the actual rate, limited by the simulators, which share the cores.',
  'Fanfare renders the notification, fits it into the size limit and classifies the answer.',
  'The others get the finished message, built for each send. Webhooks are plain HTTP, unsigned.',
  'Every send was accepted exactly once, by the counts of both sides; otherwise this file is not written.',
];

/** Measures each provider client alone, compared with the public one for its service. */
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
