import type { PushService } from '../src/app.ts';
import { anApns, anFcm } from './push-clients.ts';

/** A push service with a sender to it. */
export const services = {
  fcm: async () => {
    const { simulator, session, to, head } = await anFcm();
    return { simulator, session, to, service: simulator.fcm as PushService, head: () => head };
  },
  apns: async () => {
    const { simulator, session, to, head } = await anApns();
    return { simulator, session, to: (token: string) => to(token), service: simulator.apns as PushService, head };
  },
};
export const both = Object.entries(services);
