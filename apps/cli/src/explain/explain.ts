import type { FanfareEvent } from '@fanfare/client';
import { shownMoment } from '../operator/moments.ts';
import { type Operator, report } from '../operator/operator.ts';
import type { EventFlags } from '../send/event-flags.ts';
import { eventsOf } from '../send/event-input.ts';
import { UsageError } from '../usage-error.ts';

/** `fanfare explain`. */
export async function explain(
  operator: Operator,
  uid: string,
  { file, flags }: { file: string | undefined; flags: EventFlags },
): Promise<number> {
  const events = await eventsOf(operator, file, flags);
  if (events.length > 1) throw new UsageError(`file: expected one event, got ${events.length}`);
  const explanation = await (await operator.app()).explain(events[0] as FanfareEvent, uid);
  const { sentence, targets, payload, lane, deadline } = explanation;
  report(operator, explanation, () => [
    sentence,
    ...targets.map(
      ({ provider, platform, deviceId, providerId }) =>
        `  ${[provider, platform, deviceId].filter(Boolean).join(' ')} by ${providerId}`,
    ),
    ...(payload === undefined ? [] : [`  shows "${payload.title}": "${payload.body}"`]),
    `  lane ${lane}, not sent after ${shownMoment(deadline.leaveBy)} UTC`,
  ]);
  return explanation.decision === 'sent' ? 0 : 1;
}
