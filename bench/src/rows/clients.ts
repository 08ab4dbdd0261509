import type { Service } from '../providers/client.ts';
import { CLIENTS, type ClientName, OURS } from '../providers/clients.ts';
import { runRounds, type Sample } from '../providers/rounds.ts';
import type { Figure, Target } from '../report/figure.ts';
import { median } from '../report/statistics.ts';
import type { Row } from './row.ts';

const OPTIONS = {
  full: { sends: 2000, rounds: 3, concurrency: [100, 500] },
  quick: { sends: 1000, rounds: 1, concurrency: [100] },
};

/** What each of our clients is compared with. */
const OTHERS: readonly { service: Service; other: ClientName; target: Target }[] = [
  { service: 'fcm', other: 'fcm-firebase-admin', target: { of: 'ratio', atMost: 0.33 } },
  { service: 'apns', other: 'apns-node-apn', target: { of: 'ratio', atMost: 0.5 } },
  { service: 'webhook', other: 'webhook-undici', target: { of: 'ratio', atMost: 1.3 } },
];

/** The provider clients alone, as the bench "providers". */
export const clients: Row = {
  title: 'each provider client alone, beside the public one, at 20 ms latency',
  async run(lab) {
    const options = lab.quick ? OPTIONS.quick : OPTIONS.full;
    const names = OTHERS.flatMap(({ service, other }) => [OURS[service], other]);
    const samples = await runRounds(
      { ...options, clients: names },
      ({ client, concurrency, round, cpuMicrosPerSend }) =>
        lab.say(`P5 round ${round}, ${client}, ${concurrency} at once: ${cpuMicrosPerSend.toFixed(0)} µs`),
    );
    const counted = samples.filter(({ round }) => round > 0);
    const losses = counted.flatMap(({ client, loss }) => (loss === undefined ? [] : [`P5, ${client}: ${loss}`]));
    return { figures: options.concurrency.flatMap((level) => figuresAt(level, counted)), losses };
  },
};

const figuresAt = (concurrency: number, samples: readonly Sample[]): Figure[] =>
  OTHERS.map(({ service, other, target }) => {
    const cpu = (name: ClientName) =>
      median(
        samples
          .filter(({ client, concurrency: level }) => client === name && level === concurrency)
          .map(({ cpuMicrosPerSend }) => cpuMicrosPerSend),
      );
    const what = `CPU µs per ${service} send, ${concurrency} at once; plain: ${CLIENTS[other].label}`;
    return { row: 'P5', what, ours: cpu(OURS[service]), plain: cpu(other), target };
  });
