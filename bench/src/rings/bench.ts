import { setTimeout as delay } from 'node:timers/promises';
import type { BenchResult } from '../providers/bench.ts';
import { percentile } from '../report/statistics.ts';
import { type RingSystem, startRingSystem } from './system.ts';

/** Calls that count; the first ones, not counted, are for the compiler and the connections. */
const CALLS = 200;
const WARM_UP = 20;

/** How long a ring or its end is waited for, before it counts as lost. */
const LOST_MS = 10_000;

/** The devices of the user who is called, by the channel they ring on; the iPhone that answers is left alone. */
const ANSWERING = [
  { platform: 'apns_ios_device', providerId: 'apns-1', deviceToken: 'tok_answering' },
  { platform: 'apns_ios_voip', providerId: 'apns-1', voipToken: 'tok_voip_answering' },
];
const OTHERS = {
  VoIP: { platform: 'apns_ios_voip', providerId: 'apns-1', voipToken: 'tok_voip_other' },
  FCM: { platform: 'fcm_android', providerId: 'fcm-1', fcmToken: 'tok_android_other' },
};
type Channel = keyof typeof OTHERS;
const CHANNELS: Readonly<Record<string, Channel>> = { tok_voip_other: 'VoIP', tok_android_other: 'FCM' };

const HEAD = ['stop push', 'calls', 'p50 ms', 'p99 ms', 'max ms'];

const NOTES = [
  `From the POST of \`call.ongoing\` to the arrival of the stop push at the simulated service; ` +
    `${CALLS} calls in a row, after ${WARM_UP} that do not count.`,
  'A user has an iPhone that answers, another with a VoIP token, and an Android phone. ' +
    '"All" is the time until the last of them stops.',
  'Ingest, fan-out, sender, the simulated services and the bench share one process; Redis syncs every write to disk.',
  'Every other device got one stop push, and the device that answered none; otherwise this file is not written.',
];

/** How long a phone goes on ringing after the call was answered on another. */
export async function benchRings(say: (line: string) => void): Promise<BenchResult> {
  const system = await startRingSystem();
  try {
    const session = await registerDevices(system);
    const times: Times[] = [];
    const losses: string[] = [];
    for (let call = 1 - WARM_UP; call <= CALLS; call++) {
      const stopped = await answer(system, `session-${call}`, session);
      if ('loss' in stopped) losses.push(`call ${call}: ${stopped.loss}`);
      else if (call > 0) times.push(stopped);
      if (call > 0 && call % 50 === 0) say(`${call} calls`);
    }
    return { title: 'Rings', head: HEAD, rows: rowsOf(times), notes: NOTES, losses };
  } finally {
    await system.close();
  }
}

/** Milliseconds from the answer to each stop push. */
type Times = Record<Channel, number>;

/** Registers the devices; the session of the one that answers. */
async function registerDevices({ backend }: RingSystem): Promise<string> {
  const logIn = async (...tokens: object[]) => {
    const { authToken } = await backend.post('/v3/users/bob/auth_tokens', {});
    for (const token of tokens) {
      await backend.post('/v3/notifications/push/v1/tokens', { uid: 'bob', authToken, ...token });
    }
  };
  await logIn(...ANSWERING);
  const [answering] = Object.values(await backend.get('/v3/users/bob/auth_tokens')) as { id: string }[];
  for (const other of Object.values(OTHERS)) await logIn(other);
  return answering?.id as string;
}

/** One call: it rings, is answered on one device, and stops on the others. */
async function answer({ backend, push }: RingSystem, sessionId: string, deviceSession: string) {
  const call = { sessionId, type: 'audio' };
  const ring = { sender: { uid: 'alice' }, conversation: { type: 'user', id: 'bob' }, call };
  const ringId = `ring-${sessionId}`;
  await backend.post('/v3/events', { id: ringId, type: 'call.initiated', sentAt: Date.now(), ...ring });
  const isDone = async () => (await backend.get(`/v3/events/${ringId}`)).state === 'done';
  if (!(await within(isDone))) return { loss: 'it did not ring' };

  const times: Partial<Times> = {};
  const unexpected: string[] = [];
  const startedAt = performance.now();
  const listen = ({ token = '' }: { token?: string | undefined }) => {
    const channel = CHANNELS[token];
    if (channel === undefined || times[channel] !== undefined) unexpected.push(token);
    else times[channel] = performance.now() - startedAt;
  };
  const stops = [push.apns.onRequest(listen), push.fcm.onRequest(listen)];
  const state = {
    sender: { uid: 'bob' },
    conversation: { type: 'user', id: 'alice' },
    call: { ...call, deviceSession },
  };
  const endId = `ongoing-${sessionId}`;
  await backend.post('/v3/events', { id: endId, type: 'call.ongoing', sentAt: Date.now(), ...state });
  const isOver = async () => (await backend.get(`/v3/events/${endId}`)).state === 'done';
  const over = await within(isOver);
  for (const stop of stops) stop();
  if (!over || times.VoIP === undefined || times.FCM === undefined) return { loss: 'it did not stop everywhere' };
  if (unexpected.length > 0) return { loss: `${unexpected.join(', ')} got a push too many` };
  return { VoIP: times.VoIP, FCM: times.FCM };
}

async function within(condition: () => Promise<boolean>): Promise<boolean> {
  const until = Date.now() + LOST_MS;
  while (Date.now() < until) {
    if (await condition()) return true;
    await delay(5);
  }
  return false;
}

function rowsOf(times: readonly Times[]): string[][] {
  const row = (name: string, values: readonly number[]) => {
    const cells = [0.5, 0.99, 1].map((share) => percentile(values, share).toFixed(1));
    return [name, String(values.length), ...cells];
  };
  return [
    row(
      'VoIP',
      times.map(({ VoIP }) => VoIP),
    ),
    row(
      'FCM',
      times.map(({ FCM }) => FCM),
    ),
    row(
      'all',
      times.map(({ VoIP, FCM }) => Math.max(VoIP, FCM)),
    ),
  ];
}
