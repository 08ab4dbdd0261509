import { badRequest } from '@fanfare/core';
import { flag } from '@fanfare/runtime';
import { z } from 'zod';
import type { Apns } from '../apns/apns.ts';
import type { ApnsKey, DemoApnsKeyOptions } from '../apns/apns-keys.ts';
import type { Fcm } from '../fcm/fcm.ts';
import type { FcmAccount } from '../fcm/service-accounts.ts';
import { parse } from '../parse.ts';
import type { Faults } from '../push/faults.ts';
import type { PushService } from '../push/push-service.ts';
import { type Call, type ControlRoute, page } from './call.ts';
import { NoQuery, Paging } from './queries.ts';

const RequestsQuery = Paging.extend({ token: z.string().min(1).optional() });
const CountsQuery = z.strictObject({ byToken: flag(false) });
const DemoAccount = z.strictObject({ projectId: z.string() });

/** The routes that FCM and APNs share. */
function serviceRoutes(name: string, service: PushService): ControlRoute[] {
  return [
    [
      `GET /control/${name}/requests?token=&after=&limit=`,
      (call) => {
        const { limit, ...query } = call.query(RequestsQuery);
        call.answer(page((most) => service.requests({ ...query, limit: most }), limit));
      },
    ],
    [`GET /control/${name}/counts?byToken=`, (call) => call.answer(service.counts(call.query(CountsQuery)))],
    [
      `PUT /control/${name}/faults`,
      async (call) => {
        service.setFaults((await call.json()) as Faults);
        call.answer({ configured: name });
      },
    ],
    [
      `DELETE /control/${name}`,
      (call) => {
        call.query(NoQuery);
        service.clear();
        call.answer({ cleared: name });
      },
    ],
  ];
}

/** FCM. */
export const fcmRoutes = (fcm: Fcm): ControlRoute[] => [
  ...serviceRoutes('fcm', fcm),
  [
    'PUT /control/fcm/projects/{projectId}',
    async (call) => {
      fcm.trust({ ...(await object(call)), projectId: call.part('projectId') } as FcmAccount);
      call.answer({ trusted: call.part('projectId') });
    },
  ],
  [
    'POST /control/fcm/demo-service-account',
    async (call) => call.answer(await fcm.demoServiceAccount(parse(DemoAccount, await call.json()).projectId)),
  ],
];

/** APNs. */
export const apnsRoutes = (apns: Apns): ControlRoute[] => [
  ...serviceRoutes('apns', apns),
  [
    'PUT /control/apns/teams/{teamId}/keys/{keyId}',
    async (call) => {
      const ids = { teamId: call.part('teamId'), keyId: call.part('keyId') };
      apns.trust({ ...(await object(call)), ...ids } as ApnsKey);
      call.answer({ trusted: ids.keyId });
    },
  ],
  [
    'POST /control/apns/demo-key',
    async (call) => call.answer(apns.demoApnsKey((await call.json()) as DemoApnsKeyOptions)),
  ],
];

/**
 * A body to extend. @throws FanfareError if it is not an object.
 */
async function object(call: Call): Promise<object> {
  const json = await call.json();
  if (typeof json === 'object' && json !== null && !Array.isArray(json)) return json;
  throw badRequest([{ field: 'body', problem: 'must be an object' }]);
}
