import type { DeadLetterGroup, ProviderKind } from '@fanfare/client';
import { createRoute, useNavigate } from '@tanstack/react-router';
import { z } from 'zod/mini';
import { appQueries } from '../../api/app-queries.ts';
import { drop, replay } from '../../api/dead-letters.ts';
import { useLive } from '../../api/live.tsx';
import { useIsAdmin } from '../../api/use-role.ts';
import { Card } from '../../components/card.tsx';
import { Confirm } from '../../components/confirm.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Page } from '../../components/page.tsx';
import { Sparkline } from '../../components/sparkline.tsx';
import { Table } from '../../components/table.tsx';
import { Time } from '../../components/time.tsx';
import { useNow } from '../../components/use-now.ts';
import { count, countOf } from '../../format/number.ts';
import { inSentence, wordOf } from '../../format/outcomes.ts';
import { PROVIDER_NAMES } from '../../format/words.ts';
import { appRoute } from '../../shell/app-route.tsx';
import { PauseButton } from '../../shell/pause-button.tsx';
import { Letters } from './letters.tsx';
import { daysOf, failuresOf } from './over-time.ts';
import { RunNotice } from './run-notice.tsx';
import { useRun } from './runs.tsx';

/** Counting many is expensive, and the numbers change slowly. */
const COUNT_EVERY_MS = 15_000;

export const deadLettersRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/dead-letters',
  validateSearch: z.object({
    provider: z.catch(z.optional(z.enum(['fcm', 'apns', 'custom'])), undefined),
    reason: z.catch(z.optional(z.string()), undefined),
  }),
  component: DeadLetters,
});

const letters = (things: number): string => countOf(things, 'dead letter');

function DeadLetters() {
  const { app } = deadLettersRoute.useParams();
  const filter = deadLettersRoute.useSearch();
  const groups = useLive(appQueries.deadLetterGroups(app), COUNT_EVERY_MS);
  const { run, start, stop, close } = useRun(app);
  const total = groups.data?.reduce((sum, group) => sum + group.count, 0) ?? 0;
  // Only what is on the page is dropped, not what arrives after it.
  const until = Math.max(0, ...(groups.data ?? []).map(({ last }) => last));
  const isBusy = run?.isRunning ?? false;
  return (
    <Page title="Dead letters" actions={<PauseButton />}>
      {groups.error && <ErrorNotice error={groups.error} />}
      {run && <RunNotice run={run} onStop={stop} onClose={close} />}
      {groups.data && total === 0 && (
        <div className="notice good">
          <p>
            <strong>No dead letters.</strong> A delivery that fails for good is kept here with the words of its
            provider, and can be sent again once the cause is fixed.
          </p>
        </div>
      )}
      {groups.data && total > 0 && (
        <>
          <Card
            title="By provider and reason"
            aside={
              <Actions
                name="all"
                what={`All dead letters of ${app}.`}
                total={total}
                disabled={isBusy}
                onReplay={() => start('Replaying all', (options) => replay(app, { filter: {} }, options))}
                onDrop={() => start('Dropping all', (options) => drop(app, { filter: {}, total, until }, options))}
              />
            }
          >
            <Groups
              app={app}
              groups={groups.data}
              chosen={filter}
              disabled={isBusy}
              onReplay={(group) =>
                start(`Replaying ${inSentence(group.reason)}`, (options) => replay(app, of(group), options))
              }
              onDrop={(group) =>
                start(`Dropping ${inSentence(group.reason)}`, (options) =>
                  drop(app, { ...of(group), total: group.count, until: group.last }, options),
                )
              }
            />
          </Card>
          <Letters
            app={app}
            filter={filter}
            disabled={isBusy}
            onReplay={(ids) => start('Replaying the selection', (options) => replay(app, { ids }, options))}
            onDrop={(ids) => start('Dropping the selection', (options) => drop(app, { ids }, options))}
          />
        </>
      )}
    </Page>
  );
}

const of = ({ provider, reason }: DeadLetterGroup) => ({ filter: { provider, reason } });

interface ActionsProps {
  /** What is replayed or dropped, e.g. `all`. */
  name: string;
  /** Names the letters in the question. */
  what: string;
  total: number;
  disabled: boolean;
  onReplay: () => void;
  onDrop: () => void;
}

function Actions({ name, what, total, disabled, onReplay, onDrop }: ActionsProps) {
  if (!useIsAdmin()) return null;
  return (
    <span className="row">
      <Confirm
        isSmall
        label={`Replay ${name}`}
        title={`Replay ${letters(total)}?`}
        action={`Replay ${count(total)}`}
        disabled={disabled}
        onConfirm={async () => onReplay()}
      >
        <p>{what}</p>
        <p>
          They are sent again with the current credentials and templates, unless their event has expired. This runs in
          the background and can be stopped.
        </p>
      </Confirm>
      <Confirm
        isSmall
        label={`Drop ${name}`}
        title={`Drop ${letters(total)}?`}
        action={`Drop ${count(total)}`}
        isDangerous
        disabled={disabled}
        onConfirm={async () => onDrop()}
      >
        <p>{what}</p>
        <p>They can no longer be sent. The trace of each event still says that they failed.</p>
      </Confirm>
    </span>
  );
}

interface GroupsProps {
  app: string;
  groups: readonly DeadLetterGroup[];
  chosen: { provider?: ProviderKind | undefined; reason?: string | undefined };
  disabled: boolean;
  onReplay: (group: DeadLetterGroup) => void;
  onDrop: (group: DeadLetterGroup) => void;
}

function Groups({ app, groups, chosen, disabled, onReplay, onDrop }: GroupsProps) {
  const navigate = useNavigate({ from: '/a/$app/dead-letters' });
  const isAdmin = useIsAdmin();
  const now = useNow();
  const days = daysOf(groups, now);
  return (
    <Table
      label="Groups of dead letters"
      columns={[
        'Reason',
        { label: 'Provider', isMinor: true },
        { label: 'Count', isNumber: true },
        days === 1 ? 'Last day' : `Last ${days} days`,
        'First',
        'Last',
        'Provider’s message',
        ...(isAdmin ? ['Actions'] : []),
      ]}
    >
      {groups.map((group) => {
        const { provider, reason, count: size, first, last, sample } = group;
        const isChosen = chosen.provider === provider && chosen.reason === reason;
        return (
          <tr key={`${provider} ${reason}`}>
            <th scope="row">
              <button
                type="button"
                className="button small"
                aria-pressed={isChosen}
                onClick={() => void navigate({ search: isChosen ? {} : { provider, reason } })}
              >
                {wordOf(reason)}
              </button>
            </th>
            <td className="minor">{PROVIDER_NAMES[provider]}</td>
            <td className="number">{count(size)}</td>
            <td>
              <Failures values={failuresOf(group, days, now)} days={days} />
            </td>
            <td>
              <Time at={first * 1000} />
            </td>
            <td>
              <Time at={last * 1000} as="ago" />
            </td>
            <td className="wrap quiet">{sample.detail ?? '–'}</td>
            {isAdmin && (
              <td>
                <Actions
                  name="group"
                  what={`Dead letters of ${app}: ${inSentence(reason)} (${PROVIDER_NAMES[provider]}).`}
                  total={size}
                  disabled={disabled}
                  onReplay={() => onReplay(group)}
                  onDrop={() => onDrop(group)}
                />
              </td>
            )}
          </tr>
        );
      })}
    </Table>
  );
}

/** When the letters of a group were given up, if that is known. */
function Failures({ values, days }: { values: readonly number[] | undefined; days: number }) {
  if (!values) return '–';
  const most = `At most ${count(Math.max(...values))} in ${days === 1 ? 'an hour' : `${days} hours`}`;
  return (
    <span title={most}>
      <Sparkline values={values} />
      <span className="hidden">{most}</span>
    </span>
  );
}
