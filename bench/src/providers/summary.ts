import { median } from '../report/statistics.ts';
import { CLIENT_NAMES, CLIENTS, type ClientName, OURS } from './clients.ts';
import type { Sample } from './rounds.ts';

/** The head of the table of `summaryRows`. */
export const SUMMARY_HEAD = [
  'service',
  'client',
  'at once',
  'sends/s',
  'CPU µs/send',
  'min–max',
  'sends/s per core',
  'CPU : ours',
  'body B',
];

/** One row for each client and concurrency: medians over the counted rounds. */
export function summaryRows(samples: readonly Sample[]): string[][] {
  const counted = samples.filter(({ round }) => round > 0);
  const levels = [...new Set(counted.map(({ concurrency }) => concurrency))];
  return levels.flatMap((concurrency) => {
    const level = counted.filter((sample) => sample.concurrency === concurrency);
    return CLIENT_NAMES.map((name) => rowOf(name, concurrency, level));
  });
}

function rowOf(name: ClientName, concurrency: number, level: readonly Sample[]): string[] {
  const { service, label } = CLIENTS[name];
  const own = level.filter(({ client }) => client === name);
  const cpu = own.map(({ cpuMicrosPerSend }) => cpuMicrosPerSend);
  const ours = level.filter(({ client }) => client === OURS[service]).map(({ cpuMicrosPerSend }) => cpuMicrosPerSend);
  return [
    service,
    label,
    String(concurrency),
    median(own.map(({ sendsPerSecond }) => sendsPerSecond)).toFixed(0),
    median(cpu).toFixed(0),
    `${Math.min(...cpu).toFixed(0)}–${Math.max(...cpu).toFixed(0)}`,
    (1e6 / median(cpu)).toFixed(0),
    (median(cpu) / median(ours)).toFixed(2),
    String(own.at(-1)?.bodyBytes),
  ];
}
