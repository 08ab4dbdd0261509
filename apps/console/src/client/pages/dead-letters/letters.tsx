import type { DeadLetter, ProviderKind } from '@fanfare/client';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { appQueries } from '../../api/app-queries.ts';
import { useIsAdmin } from '../../api/use-role.ts';
import { Card } from '../../components/card.tsx';
import { Confirm } from '../../components/confirm.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Table } from '../../components/table.tsx';
import { Time } from '../../components/time.tsx';
import { count, countOf } from '../../format/number.ts';
import { inSentence, wordOf } from '../../format/outcomes.ts';
import { PROVIDER_NAMES } from '../../format/words.ts';

interface LettersProps {
  app: string;
  filter: { provider?: ProviderKind | undefined; reason?: string | undefined };
  disabled: boolean;
  onReplay: (ids: readonly string[]) => void;
  onDrop: (ids: readonly string[]) => void;
}

/** The dead letters themselves, newest first. Some can be selected and replayed or dropped. */
export function Letters({ app, filter: { provider, reason }, disabled, onReplay, onDrop }: LettersProps) {
  const filter = { ...(provider && { provider }), ...(reason && { reason }) };
  const list = useInfiniteQuery(appQueries.deadLetters(app, filter));
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const isAdmin = useIsAdmin();
  const rows = list.data?.pages.flatMap((page) => page.data) ?? [];
  const looked = list.data?.pages.reduce((sum, { meta }) => sum + meta.looked, 0) ?? 0;
  const isFiltered = Object.keys(filter).length > 0;
  const ids = rows.map(({ id }) => id).filter((id) => selected.has(id));
  const toggle = (id: string) => {
    const changed = new Set(selected);
    if (!changed.delete(id)) changed.add(id);
    setSelected(changed);
  };
  const isAll = ids.length > 0 && ids.length === rows.length;
  const groups = new Set(
    rows
      .filter(({ id }) => selected.has(id))
      .map((letter) => `${inSentence(letter.reason)} (${PROVIDER_NAMES[letter.provider]})`),
  );
  const what = `Selected dead letters of ${app}: ${[...groups].join(', ')}.`;
  const act = (action: (ids: readonly string[]) => void) => async () => {
    setSelected(new Set());
    action(ids);
  };
  return (
    <Card
      title={reason === undefined ? 'Latest' : wordOf(reason)}
      aside={
        isAdmin && (
          <span className="row">
            <span className="quiet">{countOf(ids.length, 'selected', 'selected')}</span>
            <Confirm
              isSmall
              label="Replay"
              title={`Replay ${countOf(ids.length, 'dead letter')}?`}
              action={`Replay ${count(ids.length)}`}
              disabled={disabled || ids.length === 0}
              onConfirm={act(onReplay)}
            >
              <p>{what}</p>
              <p>They are sent again, unless their event has expired.</p>
            </Confirm>
            <Confirm
              isSmall
              label="Drop"
              title={`Drop ${countOf(ids.length, 'dead letter')}?`}
              action={`Drop ${count(ids.length)}`}
              isDangerous
              disabled={disabled || ids.length === 0}
              onConfirm={act(onDrop)}
            >
              <p>{what}</p>
              <p>They can no longer be sent.</p>
            </Confirm>
          </span>
        )
      }
    >
      {list.error && <ErrorNotice error={list.error} />}
      {isAdmin && rows.length > 0 && (
        <label className="check">
          <input
            type="checkbox"
            checked={isAll}
            onChange={() => setSelected(isAll ? new Set() : new Set(rows.map(({ id }) => id)))}
          />
          Select the {count(rows.length)} shown
        </label>
      )}
      <Table
        label="Dead letters, newest first"
        columns={[
          ...(isAdmin ? ['Select'] : []),
          { label: 'Given up', isMinor: true },
          'User',
          { label: 'Event', isMinor: true },
          { label: 'Provider', isMinor: true },
          'Reason',
          'Provider’s message',
          { label: 'Attempts', isNumber: true, isMinor: true },
        ]}
      >
        {rows.map((letter) => (
          <Row
            key={letter.id}
            app={app}
            letter={letter}
            isSelected={selected.has(letter.id)}
            onToggle={isAdmin ? () => toggle(letter.id) : undefined}
          />
        ))}
      </Table>
      {isFiltered && list.hasNextPage && <p className="quiet">Looked at {countOf(looked, 'dead letter')} so far.</p>}
      {list.hasNextPage && (
        <div>
          <button type="button" className="button" disabled={list.isFetching} onClick={() => void list.fetchNextPage()}>
            {isFiltered ? 'Look further' : 'Show more'}
          </button>
        </div>
      )}
    </Card>
  );
}

interface RowProps {
  app: string;
  letter: DeadLetter;
  isSelected: boolean;
  onToggle: (() => void) | undefined;
}

function Row({ app, letter, isSelected, onToggle }: RowProps) {
  const { eventId, uid, provider, reason, detail, attempts, at } = letter;
  return (
    <tr>
      {onToggle && (
        <td>
          <label className="tap">
            <input
              type="checkbox"
              aria-label={`Select the dead letter of ${uid}`}
              checked={isSelected}
              onChange={onToggle}
            />
          </label>
        </td>
      )}
      <td className="minor">
        <Time at={at * 1000} />
      </td>
      <td>
        <Link to="/a/$app/people/$uid" params={{ app, uid }}>
          {uid}
        </Link>
      </td>
      <td className="mono minor">
        <Link to="/a/$app/events/$id/$uid" params={{ app, id: eventId, uid }}>
          {eventId}
        </Link>
      </td>
      <td className="minor">{PROVIDER_NAMES[provider]}</td>
      <td>{wordOf(reason)}</td>
      <td className="wrap quiet">{detail ?? '–'}</td>
      <td className="number minor">{attempts}</td>
    </tr>
  );
}
