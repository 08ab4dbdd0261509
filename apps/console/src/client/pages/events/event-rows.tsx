import type { ListedEvent } from '@fanfare/client';
import { Link } from '@tanstack/react-router';
import { PartsBar } from '../../components/parts-bar.tsx';
import { StateTag } from '../../components/state-tag.tsx';
import { Table } from '../../components/table.tsx';
import { Time } from '../../components/time.tsx';
import { count } from '../../format/number.ts';
import { partsOf } from '../../format/outcomes.ts';

const COLUMNS = [
  'Received',
  'Type',
  { label: 'From', isMinor: true } as const,
  { label: 'Conversation', isMinor: true } as const,
  { label: 'Recipients', isNumber: true, isMinor: true } as const,
  'Outcome',
  'State',
];

/** The events of the list. */
export function EventRows({ app, events }: { app: string; events: readonly ListedEvent[] }) {
  return (
    <Table label="Events" columns={COLUMNS}>
      {events.map(({ id, receivedAt, type, sender, conversation, counts, state, lane }) => (
        <tr key={id}>
          <td>
            <Time at={receivedAt} />
          </td>
          <td>
            <Link to="/a/$app/events/$id" params={{ app, id }} title={id}>
              {type}
            </Link>
            <p className="phone-only quiet">
              {sender}
              {conversation && ` → ${conversation.id}`}
            </p>
          </td>
          <td className="minor">{sender}</td>
          <td className="minor">
            {conversation ? (
              <>
                {conversation.id} {conversation.type === 'group' && <span className="tag">group</span>}
              </>
            ) : (
              '–'
            )}
          </td>
          <td className="number minor">{count(counts.audience)}</td>
          <td className="outcome-cell">
            <PartsBar parts={partsOf(counts)} />
          </td>
          <td>
            <StateTag state={state} lane={lane} />
          </td>
        </tr>
      ))}
    </Table>
  );
}
