import type { DeliveryState, EventRecipient, RecipientFilter, RecipientTrace } from '@fanfare/client';
import { outcomesOf } from '../events/events.ts';
import { shownMoment } from '../operator/moments.ts';
import { type Operator, report } from '../operator/operator.ts';
import { collect } from '../operator/pages.ts';
import { table } from '../operator/table.ts';

/** `fanfare trace EVENT`. */
export async function traceEvent(
  operator: Operator,
  id: string,
  filter: RecipientFilter,
  limit: number,
): Promise<number> {
  const app = await operator.app();
  const event = await app.event(id);
  const recipients = await collect((page) => app.recipients(id, { ...filter, ...page }), limit);
  const { audience, planned } = event.counts;
  report(operator, { ...event, recipients }, () => [
    `${id} is ${event.state}: ${audience} in the audience, ${planned} planned; ${outcomesOf(event)}`,
    '',
    ...(recipients.length === 0 ? ['No such recipients.'] : table(HEADS, recipients.map(row))),
  ]);
  return 0;
}

const HEADS = ['uid', 'provider', 'device', 'state', 'reason', 'detail'];

const row = ({ uid, decision, provider, deviceId, state, reason, detail }: EventRecipient): string[] => [
  uid,
  provider ?? '–',
  deviceId ?? '–',
  state ?? decision,
  reason ?? '',
  detail ?? '',
];

const FAILED = new Set<DeliveryState>(['token_dead', 'rejected', 'expired', 'superseded']);

/** `fanfare trace EVENT UID`: 1 unless a target has accepted it, or still may. */
export async function traceUser(operator: Operator, id: string, uid: string): Promise<number> {
  const trace = await (await operator.app()).trace(id, uid);
  report(operator, trace, () => [trace.sentence, ...trace.targets.flatMap(targetLines)]);
  return trace.targets.some(({ state }) => !FAILED.has(state)) ? 0 : 1;
}

function targetLines({ provider, platform, deviceId, state, attempts }: RecipientTrace['targets'][number]): string[] {
  const device = [platform, deviceId].filter((part) => part !== undefined).join(' ');
  return [
    '',
    `${[provider, device].filter((part) => part !== '').join(', ')}: ${state}`,
    ...attempts
      .map(({ at, outcome, reason, detail }) =>
        [at === undefined ? (attempts.length === 1 ? 'at once' : 'later') : shownMoment(at), outcome, reason, detail]
          .filter(Boolean)
          .join('  '),
      )
      .map((line) => `  ${line}`),
  ];
}
