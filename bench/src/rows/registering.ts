import { Readable } from 'node:stream';
import { fcmToken } from '../providers/pushes.ts';
import { type Call, makeCalls } from '../registry/calls.ts';
import type { Figure } from '../report/figure.ts';
import { median } from '../report/statistics.ts';
import { processCpu } from '../system/cpu.ts';
import { uidOf } from '../system/events.ts';
import type { Fanfare } from '../system/fanfare.ts';
import { withPeakMemory } from '../system/memory.ts';
import type { NodeProcess } from '../system/node-process.ts';
import type { Lab } from './lab.ts';
import type { Row, RowResult } from './row.ts';

const PHONES = { full: 4000, quick: 1000 };
const LINES = { full: 100_000, quick: 20_000 };
const ROUNDS = { full: 3, quick: 1 };
/** Lines of the import whose memory is measured, and of its writes. */
const STREAMED = { full: 1_000_000, quick: 100_000 };
const WRITTEN = 1000;

/** What devices and their backends ask of the registry. */
export const registering: Row = {
  title: 'push tokens registered one by one and imported; preferences read',
  run: (lab) => lab.withFanfare({ roles: ['ingest'] }, (fanfare) => measure(lab, fanfare)),
};

/** By what is done: how often a second, for each second of CPU that ingest uses. */
type Rates = Record<'new' | 'refreshed' | 'moved' | 'preferences' | 'lines', number>;

async function measure(lab: Lab, fanfare: Fanfare): Promise<RowResult> {
  const [phones, lines, rounds] = lab.quick
    ? [PHONES.quick, LINES.quick, ROUNDS.quick]
    : [PHONES.full, LINES.full, ROUNDS.full];
  const authTokens = await fanfare.bench.registry.createSessions(phones);
  const samples: Rates[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const rates = await runRound(fanfare, authTokens, { lines, first: round * (phones + lines) });
    const shown = Object.entries(rates).map(([what, rate]) => `${what} ${rate.toFixed(0)}/s`);
    lab.say(`P9 round ${round}: ${shown.join(', ')}`);
    if (round > 0) samples.push(rates);
  }
  const streamed = lab.quick ? STREAMED.quick : STREAMED.full;
  const { result: perSecond, peaks } = await withPeakMemory(fanfare.redis, fanfare.processes, () =>
    importStream(fanfare, streamed),
  );
  const figure = (what: string, pick: keyof Rates, atLeast?: number): Figure => ({
    row: 'P9',
    what: `${what} a second and core of ingest`,
    ours: median(samples.map((rates) => rates[pick])),
    ...(atLeast === undefined ? {} : { target: { of: 'value', atLeast } }),
  });
  return {
    figures: [
      figure('new push tokens', 'new', 2000),
      figure('refreshed push tokens', 'refreshed', 2000),
      figure('push tokens that move to another user', 'moved', 2000),
      figure('imported lines with a push token', 'lines', 20_000),
      figure('preferences read', 'preferences'),
      {
        row: 'P9',
        what: `resident MB of ingest at most, while ${streamed} lines are imported`,
        ours: (peaks.ingest ?? 0) / 1e6,
        target: { of: 'value', atMost: 300 },
      },
      { row: 'P9', what: `lines a second of these`, ours: perSecond },
    ],
    notes: [
      'P9: 32 connections, FCM tokens of 151 characters, appendfsync always; moved: by the login of another user.',
    ],
  };
}

async function runRound(
  { url, bench, processes }: Fanfare,
  authTokens: readonly string[],
  { lines, first }: { lines: number; first: number },
): Promise<Rates> {
  const ingest = processes.get('ingest') as NodeProcess;
  const per = async (count: number, calls: number, call: (n: number) => Call) => {
    const before = processCpu(ingest.pid);
    await makeCalls(url, calls, call);
    return (1e6 * count) / (processCpu(ingest.pid) - before);
  };
  const phones = authTokens.length;
  const headersOf = (n: number) => ({
    appid: 'bench',
    authtoken: authTokens[n % phones] as string,
    'content-type': 'application/json',
  });
  const register = (n: number, token: number): Call => ({
    method: 'POST',
    path: '/v3/notifications/push/v1/tokens',
    headers: headersOf(n),
    body: { platform: 'fcm_android', fcmToken: fcmToken(first + (token % phones)) },
  });
  return {
    new: await per(phones, phones, (n) => register(n, n)),
    refreshed: await per(phones, phones, (n) => register(n, n)),
    moved: await per(phones, phones, (n) => register(n, n + 1)),
    preferences: await per(phones, phones, (n) => ({
      method: 'GET',
      path: '/v3/notifications/v1/preferences',
      headers: headersOf(n),
    })),
    lines: await per(lines, 1, () => ({
      method: 'POST',
      path: `/v3/import?id=bench-${first}`,
      headers: { ...bench.headers, 'content-type': 'application/x-ndjson' },
      body: Array.from({ length: lines }, (_, n) => tokenLine(first + phones + n)).join('\n'),
    })),
  };
}

/** Imports lines as fast as they are read; how many a second. */
async function importStream({ url, bench }: Fanfare, lines: number): Promise<number> {
  const startedAt = performance.now();
  await makeCalls(url, 1, () => ({
    method: 'POST',
    path: '/v3/import?id=bench-streamed',
    headers: { ...bench.headers, 'content-type': 'application/x-ndjson' },
    body: Readable.from(texts(lines)),
  }));
  return (1000 * lines) / (performance.now() - startedAt);
}

function* texts(lines: number): Generator<string> {
  for (let from = 0; from < lines; from += WRITTEN) {
    yield Array.from({ length: WRITTEN }, (_, n) => `${tokenLine(10_000_000 + from + n)}\n`).join('');
  }
}

/** Of a user without a session. */
const tokenLine = (n: number): string =>
  JSON.stringify({ type: 'token', uid: `imported-${uidOf(n)}`, platform: 'fcm_android', token: fcmToken(n) });
