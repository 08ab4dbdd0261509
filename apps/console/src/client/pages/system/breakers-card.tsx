import type { SystemState } from '@fanfare/client';
import { Card } from '../../components/card.tsx';
import { Table } from '../../components/table.tsx';
import { Time } from '../../components/time.tsx';
import { count } from '../../format/number.ts';
import { wordOf } from '../../format/outcomes.ts';
import { PROVIDER_NAMES } from '../../format/words.ts';

const COLUMNS = [
  'App',
  'Provider',
  'Target',
  'Reason',
  'Since',
  'Next attempt',
  { label: 'Held', isNumber: true } as const,
  { label: 'Waiting', isNumber: true } as const,
];

/** Failing endpoints and credentials, and what waits for them. */
export function BreakersCard({ breakers }: Pick<SystemState, 'breakers'>) {
  return (
    <Card title="Failing endpoints and credentials">
      {breakers.length === 0 ? (
        <p className="quiet">None: all providers accept what is sent.</p>
      ) : (
        <Table label="Failing endpoints and credentials" columns={COLUMNS}>
          {breakers.map(({ appId, provider, target, name, reason, since, until, held, waiting }) => (
            <tr key={appId + provider + name}>
              <th scope="row">{appId}</th>
              <td>{PROVIDER_NAMES[provider]}</td>
              <td>
                {name} <span className="tag">{target}</span>
              </td>
              <td>{wordOf(reason)}</td>
              <td>
                <Time at={since} />
              </td>
              <td>{until === undefined ? '–' : <Time at={until} />}</td>
              <td className="number">{count(held.call + held.chat + held.bulk)}</td>
              <td className="number">{count(waiting)}</td>
            </tr>
          ))}
        </Table>
      )}
    </Card>
  );
}
