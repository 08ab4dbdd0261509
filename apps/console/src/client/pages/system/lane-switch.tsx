import type { SystemState } from '@fanfare/client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { fanfare } from '../../api/fanfare.ts';
import { queries } from '../../api/queries.ts';
import { useIsAdmin } from '../../api/use-role.ts';
import { Confirm } from '../../components/confirm.tsx';
import { Time } from '../../components/time.tsx';
import { countOf } from '../../format/number.ts';
import { LANE_NAMES } from '../../format/words.ts';

/** Pauses a lane for all apps, after a question, or lets it go on. */
export function LaneSwitch({ lane, openEvents, pausedSince }: SystemState['lanes'][number]) {
  const client = useQueryClient();
  const change = useMutation({
    mutationFn: () => (pausedSince === undefined ? fanfare.pauseLane(lane) : fanfare.resumeLane(lane)),
    onSettled: () => client.invalidateQueries(queries.system()),
  });
  const name = LANE_NAMES[lane].toLowerCase();
  if (!useIsAdmin()) return <span className="quiet">{pausedSince === undefined ? 'Running' : 'Paused'}</span>;
  if (pausedSince !== undefined) {
    return (
      <Confirm
        isSmall
        label={`Resume ${name}`}
        title={`Resume ${name}?`}
        action={`Resume ${name}`}
        onConfirm={() => change.mutateAsync()}
      >
        <p>
          Paused since <Time at={pausedSince} />.{' '}
          {openEvents === 0
            ? 'No event is waiting.'
            : `${countOf(openEvents, 'event is', 'events are')} waiting; what is not too late is sent at once.`}
        </p>
      </Confirm>
    );
  }
  return (
    <Confirm
      isSmall
      isDangerous
      label={`Pause ${name}`}
      title={`Pause ${name} for all apps?`}
      action={`Pause ${name}`}
      onConfirm={() => change.mutateAsync()}
    >
      {lane === 'call' && (
        <p className="notice late">
          <strong>No phone will ring.</strong> A call that waits for longer than it rings is never shown.
        </p>
      )}
      <p>
        No event and no delivery of this lane is sent until you resume it, in any app. What is being sent now is
        finished. Events are still accepted, and deadlines run on.
      </p>
    </Confirm>
  );
}
