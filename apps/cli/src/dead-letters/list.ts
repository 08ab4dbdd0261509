import type { ProviderKind } from '@fanfare/client';
import { shownMoment } from '../operator/moments.ts';
import { type Operator, report } from '../operator/operator.ts';
import { collect } from '../operator/pages.ts';
import { table } from '../operator/table.ts';

interface Filter {
  provider?: ProviderKind;
  reason?: string;
}

/** `fanfare dead-letters list`: by provider and reason. */
export async function count(operator: Operator, filter: Filter): Promise<number> {
  const groups = (await (await operator.app()).deadLetterGroups()).filter(
    ({ provider, reason }) => (filter.provider ?? provider) === provider && (filter.reason ?? reason) === reason,
  );
  report(operator, groups, () =>
    groups.length === 0
      ? ['No dead letters.']
      : table(
          ['provider', 'reason', 'count', 'first (UTC)', 'last (UTC)', "newest, in the provider's words"],
          groups.map((group) => [
            group.provider,
            group.reason,
            group.count,
            shownMoment(group.first * 1000),
            shownMoment(group.last * 1000),
            group.sample.detail ?? '',
          ]),
        ),
  );
  return 0;
}

/** `fanfare dead-letters list --each`. */
export async function list(operator: Operator, filter: Filter, limit: number): Promise<number> {
  const app = await operator.app();
  const letters = await collect((page) => app.deadLetters({ ...filter, ...page }), limit);
  report(operator, letters, () =>
    letters.length === 0
      ? ['No dead letters.']
      : table(
          ['given up (UTC)', 'id', 'event', 'uid', 'provider', 'reason', 'attempts', 'detail'],
          letters.map(({ at, id, eventId, uid, provider, reason, attempts, detail }) => [
            shownMoment(at * 1000),
            id,
            eventId,
            uid,
            provider,
            reason,
            attempts,
            detail ?? '',
          ]),
        ),
  );
  return 0;
}
