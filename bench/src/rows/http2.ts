import type { Http2Client } from '@fanfare/providers';
import { Child } from '../child/child.ts';
import type { RequestCalls } from '../http2/request-process.ts';
import type { Figure } from '../report/figure.ts';
import { median } from '../report/statistics.ts';
import type { Stage } from '../system/stage.ts';
import type { Lab } from './lab.ts';
import type { Row, RowResult } from './row.ts';

const CLIENTS: readonly Http2Client[] = ['lean', 'node'];
const CONCURRENCY = [100, 500];
const REQUESTS = { full: 40_000, quick: 10_000 };
const ROUNDS = { full: 5, quick: 2 };
/** Far more than a round takes on a slow machine. */
const LIMIT_MS = 120_000;
/** The goal of P5. */
const AT_MOST_MICROS = 25;

/** CPU of one finished request, by our HTTP/2 client and by Node's. */
export const http2Cost: Row = {
  title: "one HTTP/2 request, by our client and by Node's",
  run: async (lab) => {
    const stage = await lab.stage();
    const children = new Map(CLIENTS.map((client) => [client, newChild()]));
    try {
      for (const [client, child] of children) await child.call('open', { client, ...targetOf(stage) });
      return await measure(lab, children);
    } finally {
      for (const child of children.values()) child.close();
    }
  },
};

type Children = ReadonlyMap<Http2Client, Child<RequestCalls>>;

const newChild = () => new Child<RequestCalls>(new URL('../http2/request-process.js', import.meta.url));

const targetOf = ({ provider, certificate }: Stage) => ({ origin: provider.url, caFile: certificate.caFile });

async function measure(lab: Lab, children: Children): Promise<RowResult> {
  const requests = lab.quick ? REQUESTS.quick : REQUESTS.full;
  const rounds = lab.quick ? ROUNDS.quick : ROUNDS.full;
  const figures: Figure[] = [];
  const losses: string[] = [];
  for (const concurrency of CONCURRENCY) {
    const micros: Record<Http2Client, number[]> = { lean: [], node: [] };
    for (let round = 0; round <= rounds; round += 1) {
      for (const [client, child] of children) {
        const { accepted, cpuMicros } = await child.call('run', { requests, concurrency }, LIMIT_MS);
        if (accepted !== requests) losses.push(`http2, ${client}: ${accepted} of ${requests} answered`);
        if (round > 0) micros[client].push(cpuMicros / requests);
        lab.say(`http2, ${client}, ${concurrency} at once: ${(cpuMicros / requests).toFixed(1)} µs`);
      }
    }
    figures.push(figureOf(concurrency, micros));
  }
  const note = `http2: ${requests} finished requests a round, without rendering; "plain" is node:http2 in our pool.`;
  return { figures, losses, notes: [note] };
}

const figureOf = (concurrency: number, { lean, node }: Record<Http2Client, number[]>): Figure => ({
  row: 'http2',
  what: `CPU µs/request, ${concurrency} at once; plain: node:http2`,
  ours: median(lean),
  plain: median(node),
  target: { of: 'value', atMost: AT_MOST_MICROS },
});
