import type { Misbehaviour, Service } from '../system/simulator-process.ts';
import { type Act, hitting, type Scene, untilHit } from './result.ts';

const FAULT_MS = 2500;
/** As every answer takes some time, some sends are always in flight. */
export const LATENCY = { latencyMs: { min: 10, max: 40 } };

/** A share of the answers. */
export const answering = (service: Service, way: '429' | '503' | 'hang' | 'reset', share: number): Act =>
  misbehaving(service, way, `${share * 100} % ${way}`, { errors: { [way]: share } });

/** Every so many requests end their connection. */
export const goingAway = (service: 'fcm' | 'apns', every: number): Act =>
  misbehaving(service, 'goaway', `GOAWAY after ${every} requests`, { goAwayEvery: every });

function misbehaving(service: Service, way: Misbehaviour, what: string, faults: object): Act {
  return async (scene) => {
    const { simulator } = scene.system;
    const count = counting(scene, service, way);
    const before = await count();
    await simulator.call('setFaults', { service, faults: { ...LATENCY, ...faults } });
    const hits = await untilHit(FAULT_MS, scene.isOver, async () => (await count()) - before);
    await simulator.call('setFaults', { service, faults: LATENCY });
    return hitting(what, hits, hits === 1 ? 'time' : 'times');
  };
}

/** Again until a sender has used an expired one: at first there may be none to expire. */
export const expireTokens: Act = async (scene) => {
  const count = counting(scene, 'fcm', '401');
  const before = await count();
  const hits = await untilHit(0, scene.isOver, async () => {
    const refused = (await count()) - before;
    if (refused === 0) await scene.system.simulator.call('expireTokens', undefined);
    return refused;
  });
  return hitting('all access tokens expire', hits, 'requests refused');
};

const counting =
  ({ system: { simulator } }: Scene, service: Service, way: Misbehaviour) =>
  async (): Promise<number> =>
    (await simulator.call('misbehaved', service))[way];
