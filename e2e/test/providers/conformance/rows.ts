import type { Outcome } from '@fanfare/core';
import { until } from '@fanfare/testkit';
import { expect } from '@jest/globals';
import type { Bench } from './bench.ts';
import { WAIT_S } from './services.ts';
import { startSilentServer } from './silent-server.ts';
import { startServices } from './wire.ts';

/** One thing a service or the network does, and what every client must make of it. */
interface Row {
  /** Rows about streams are for HTTP/2, those about dead tokens for push services. */
  only?: 'HTTP/2' | 'push services';
  /** The client is opened with these settings. */
  client?: { timeoutMs?: number; byName?: boolean };
  check(bench: Bench): Promise<void>;
}

const ACCEPTED = { kind: 'accepted' };
/** Waits that are at most a minute shorter than asked for, on a slow machine. */
const ABOUT_ASKED_MS = (WAIT_S - 60) * 1000;

/** Without a connection: nothing was sent, or so the webhook's client does not know. */
const unsent = (reason: string) => ({ kind: expect.stringMatching(/^(throttled|retryable)$/), reason });

/** The service still takes pushes: the client has not been harmed. */
async function recovers(bench: Bench): Promise<void> {
  await until(async () => (await bench.send()).kind === 'accepted', 'the next push is accepted');
}

async function waits(bench: Bench, treatment: 'throttle in seconds' | 'throttle by date'): Promise<void> {
  const outcome = await bench.send(treatment);
  expect(outcome).toMatchObject(bench.service.outcomes.throttled);
  const { retryAfterMs } = outcome as Outcome & { kind: 'throttled' };
  expect(retryAfterMs).toBeGreaterThan(ABOUT_ASKED_MS);
  expect(retryAfterMs).toBeLessThanOrEqual(WAIT_S * 1000);
}

/** Sends one push that is refused in this way, to a service that gets it exactly once. */
async function once(bench: Bench, send: () => Promise<Outcome>, expected: Partial<Outcome> | undefined): Promise<void> {
  expect(await send()).toMatchObject(expected ?? {});
  expect(bench.service.counts().received).toBe(1);
  await recovers(bench);
}

/** Every push is accepted, and none twice. */
async function noneLost(bench: Bench, count: number, concurrency: number): Promise<void> {
  const outcomes = await bench.sendMany(count, concurrency);
  expect(outcomes.filter(({ kind }) => kind !== 'accepted')).toEqual([]);
  expect(bench.service.counts()).toMatchObject({ answered: { 200: count }, acceptedTwice: 0 });
}

const ROWS: Record<string, Row> = {
  accepted: {
    check: async (bench) => {
      expect(await bench.send()).toMatchObject(ACCEPTED);
      expect(bench.service.counts()).toMatchObject({ received: 1, answered: { 200: 1 } });
    },
  },
  'a dead token': {
    only: 'push services',
    check: (bench) => once(bench, () => bench.send('dead'), bench.service.outcomes.dead),
  },
  'throttled, Retry-After in seconds': { check: (bench) => waits(bench, 'throttle in seconds') },
  'throttled, Retry-After as a date': { check: (bench) => waits(bench, 'throttle by date') },
  'an error of the service': {
    check: (bench) => once(bench, () => bench.send('fail'), bench.service.outcomes.failed),
  },
  'a rejected request': {
    check: (bench) => once(bench, () => bench.send('reject'), bench.service.outcomes.rejected),
  },
  'a bad credential': {
    check: async (bench) => {
      expect(await bench.send()).toMatchObject(ACCEPTED);
      bench.service.setFaults({ badCredential: true });
      expect(await bench.send()).toMatchObject(bench.service.outcomes.badCredential);
    },
  },
  'a slow answer': {
    check: async (bench) => {
      expect(await bench.send('slow')).toMatchObject(ACCEPTED);
      expect(bench.service.counts()).toMatchObject({ received: 1 });
    },
  },
  'random errors and a long tail of latency': {
    check: async (bench) => {
      const errors = { 429: 0.1, 500: 0.1, 503: 0.1, reset: 0.1 };
      bench.service.setFaults({ logNormalMs: { median: 5, p99: 100 }, errors });
      const outcomes = await bench.sendMany(120, 20);
      const accepted = outcomes.filter(({ kind }) => kind === 'accepted').length;
      const others = outcomes.filter(({ kind }) => kind === 'throttled' || kind === 'retryable').length;
      expect(accepted + others).toBe(120);
      const { answered, acceptedTwice } = bench.service.counts();
      expect({ accepted: answered[200], acceptedTwice }).toEqual({ accepted, acceptedTwice: 0 });
    },
  },
  'a push that may no longer leave': {
    check: async (bench) => {
      expect(await bench.send('accept', { mayLeave: () => false })).toMatchObject({ kind: 'withheld' });
      await recovers(bench);
      expect(bench.service.counts().received).toBe(1);
    },
  },
  'no answer until the deadline': {
    client: { timeoutMs: 500 },
    check: (bench) => once(bench, () => bench.send('hang'), { kind: 'retryable', reason: 'timeout' }),
  },
  'a reset in place of an answer': {
    check: (bench) => once(bench, () => bench.send('reset'), { kind: 'retryable' }),
  },
  'INTERNAL_ERROR on one stream': {
    only: 'HTTP/2',
    check: async (bench) => {
      expect(await bench.send()).toMatchObject(ACCEPTED);
      const { opened } = bench.wire.proxy;
      const other = bench.send('slow');
      expect(await bench.send('reset')).toMatchObject({ kind: 'retryable' });
      expect(await other).toMatchObject(ACCEPTED);
      expect(bench.service.counts().received).toBe(3);
      expect(bench.wire.proxy.opened).toBe(opened);
    },
  },
  'a reset in the middle of an answer': {
    check: (bench) => once(bench, () => bench.send('truncate'), bench.service.outcomes.truncated),
  },
  'an oversized answer': {
    check: async (bench) => {
      expect(await bench.send('oversize')).toMatchObject(bench.service.outcomes.failed);
      expect(bench.wire.proxy.bytesToClients).toBeLessThan(16 * 1_048_576);
      await recovers(bench);
    },
  },
  REFUSED_STREAM: {
    only: 'HTTP/2',
    check: async (bench) => {
      expect(await bench.send('refuse once')).toMatchObject(ACCEPTED);
      expect(bench.service.counts()).toMatchObject({ answered: { 200: 1 }, acceptedTwice: 0 });
    },
  },
  'a stream limit lowered from 1000 to 1': {
    only: 'HTTP/2',
    check: async (bench) => {
      const { service } = bench;
      let most = 0;
      service.onRequest(() => {
        most = Math.max(most, service.counts().waiting);
      });
      service.setFaults({ latencyMs: { min: 20, max: 20 } });
      await noneLost(bench, 1, 1);
      const wide = await bench.sendMany(60, 60);
      expect(wide.filter(({ kind }) => kind !== 'accepted')).toEqual([]);
      expect(most).toBeGreaterThan(20);
      service.setFaults({ latencyMs: { min: 2, max: 2 }, maxStreams: 1 });
      await bench.sendMany(2, 1);
      most = 0;
      const narrow = await bench.sendMany(30, 30);
      expect(narrow.filter(({ kind }) => kind !== 'accepted')).toEqual([]);
      expect(most).toBe(0);
      expect(service.counts().acceptedTwice).toBe(0);
    },
  },
  'GOAWAY every 50 streams': {
    only: 'HTTP/2',
    check: async (bench) => {
      bench.service.setFaults({ goAwayEvery: 50, latencyMs: { min: 0, max: 10 } });
      await noneLost(bench, 600, 100);
    },
  },
  'GOAWAY in two steps every 50 streams': {
    only: 'HTTP/2',
    check: async (bench) => {
      bench.service.setFaults({ goAwayEvery: 50, goAwayInTwoSteps: true, latencyMs: { min: 0, max: 10 } });
      await noneLost(bench, 600, 100);
    },
  },
  'a peer that answers no ping': {
    only: 'HTTP/2',
    check: async (bench) => {
      expect(await bench.send()).toMatchObject(ACCEPTED);
      bench.wire.proxy.silence();
      expect(await bench.send()).toMatchObject({ kind: 'retryable' });
      await recovers(bench);
    },
  },
  'an idle connection that was reset': {
    check: async (bench) => {
      expect(await bench.send()).toMatchObject(ACCEPTED);
      await bench.wire.reset();
      expect(await bench.send()).toMatchObject(ACCEPTED);
      expect(bench.service.counts()).toMatchObject({ received: 2 });
    },
  },
  'an untrusted certificate': {
    check: async (bench) => {
      expect(await bench.send()).toMatchObject(ACCEPTED);
      const impostor = await startServices();
      try {
        bench.wire.proxy.pointTo(impostor.tlsUrl);
        await bench.wire.reset();
        expect(await bench.send()).toMatchObject(unsent('tls_error'));
        expect([impostor.fcm, impostor.apns].map((service) => service.counts().received)).toEqual([0, 0]);
      } finally {
        await impostor.close();
      }
    },
  },
  'a TLS handshake that hangs': {
    client: { timeoutMs: 500 },
    check: async (bench) => {
      expect(await bench.send()).toMatchObject(ACCEPTED);
      await using silent = await startSilentServer();
      bench.wire.proxy.pointTo(silent.url);
      await bench.wire.reset();
      expect(await bench.send()).toMatchObject(unsent('timeout'));
    },
  },
  'a name that is not found': {
    client: { byName: true },
    check: async (bench) => {
      expect(await bench.send()).toMatchObject(ACCEPTED);
      bench.wire.resolve = () => Promise.reject(Object.assign(new Error('not found'), { code: 'ENOTFOUND' }));
      await bench.wire.reset();
      expect(await bench.send()).toMatchObject(unsent('dns_failure'));
    },
  },
  'closing with a push under way': {
    check: async (bench) => {
      const sent = bench.send('hang');
      await until(() => bench.service.counts().received === 1, 'the push is under way');
      await bench.closeClient();
      expect(await sent).toMatchObject({ kind: 'retryable', reason: 'closed' });
    },
  },
};

/** The rows that concern a transport. */
export const rowsFor = ({ service, protocol }: { service: string; protocol: string }): [string, Row][] =>
  Object.entries<Row>(ROWS).filter(
    ([, { only }]) =>
      (only !== 'HTTP/2' || protocol === 'HTTP/2') && (only !== 'push services' || service !== 'webhook'),
  );
